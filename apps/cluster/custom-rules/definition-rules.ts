import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Cause } from '../api/status.ts';
import { listAt, textAt } from '../api/tree.ts';
import type { CompiledRule } from './compile-rule.ts';
import { fieldPathIn } from './field-path.ts';
import { type Cardinality, cardinalityWithin, RuleCosts } from './rule-cost.ts';
import { hasRules, type RuleTree, ruleTree } from './rule-tree.ts';

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** What is wrong with the rules of a definition's schema, at a path. */
export function definitionRuleProblems(schema: Json, path: string): Cause[] {
  if (!isObject(schema) || !hasRules(schema)) return [];
  const forms = formProblems(schema, path);
  if (forms.length > 0) return forms;
  const tree = ruleTree(schema, 'selfType');
  if (!tree) return [];
  const costs = new RuleCosts();
  const problems = compileProblems(tree, { path, unrelated: undefined, times: 1 }, costs);
  return [...problems, ...costs.problems(path)];
}

function cause(reason: string, field: string, value: Json | undefined, why: string): Cause {
  const words: Record<string, string> = {
    FieldValueRequired: 'Required value',
    FieldValueInvalid: 'Invalid value',
    FieldValueNotSupported: 'Unsupported value',
  };
  const shown =
    value === undefined ? '' : `: ${typeof value === 'object' ? goJson(value) : JSON.stringify(value)}`;
  return { reason, field, message: `${words[reason]}${shown}: ${why}` };
}

/** JSON as Go writes what is no plain text: safe within HTML. */
function goJson(value: Json): string {
  return JSON.stringify(value).replace(/[<>&]/g, sign => `\\u00${sign.charCodeAt(0).toString(16)}`);
}

/** The rules of all levels, before any is compiled. */
function formProblems(schema: JsonObject, path: string): Cause[] {
  const own = listAt(schema, 'x-kubernetes-validations')
    .filter(isObject)
    .flatMap((rule, i) => ruleForm(rule, `${path}.x-kubernetes-validations[${i}]`, schema));
  return [...partsOf(schema).flatMap(([at, part]) => formProblems(part, `${path}.${at}`)), ...own];
}

function partsOf(schema: JsonObject): [string, JsonObject][] {
  const parts: [string, Json | undefined][] = [
    ['additionalProperties', schema.additionalProperties],
    ...Object.entries(isObject(schema.properties) ? schema.properties : {}).map(
      ([name, part]): [string, Json | undefined] => [`properties[${name}]`, part],
    ),
    ['items', schema.items],
  ];
  return parts.filter((part): part is [string, JsonObject] => isObject(part[1]));
}

function ruleForm(rule: JsonObject, path: string, schema: JsonObject): Cause[] {
  const problems: Cause[] = [];
  const required = (field: string, why: string) =>
    problems.push(cause('FieldValueRequired', `${path}.${field}`, undefined, why));
  const bad = (field: string, why: string) =>
    problems.push(cause('FieldValueInvalid', `${path}.${field}`, textAt(rule, field), why));
  const isBlank = (field: string) => textAt(rule, field) !== '' && textAt(rule, field).trim() === '';
  const hasLines = (text: string) => /[\n\r]/.test(text);
  const message = textAt(rule, 'message').trim();
  if (textAt(rule, 'rule').trim() === '') required('rule', 'rule is not specified');
  else if (isBlank('message')) bad('message', 'must be non-empty if specified');
  else if (hasLines(message)) bad('message', 'must not contain line breaks');
  else if (hasLines(textAt(rule, 'rule').trim()) && message === '')
    required('message', 'message must be specified if rule contains line breaks');
  if (isBlank('messageExpression'))
    required('messageExpression', 'messageExpression must be non-empty if specified');
  if (rule.reason !== undefined && !reasons.includes(String(rule.reason))) {
    const supported = reasons.map(reason => JSON.stringify(reason)).join(', ');
    problems.push(
      cause('FieldValueNotSupported', `${path}.reason`, rule.reason, `supported values: ${supported}`),
    );
  }
  const fieldPath = textAt(rule, 'fieldPath');
  if (isBlank('fieldPath')) bad('fieldPath', 'must be non-empty if specified');
  if (hasLines(fieldPath)) bad('fieldPath', 'must not contain line breaks');
  if (fieldPath !== '' && fieldPathIn(fieldPath, schema) === undefined)
    bad('fieldPath', 'must be a valid path');
  return problems;
}

/** Where a schema stands in its definition. */
interface Place {
  readonly path: string;
  /** From where on the old value of what is within is no longer known. */
  readonly unrelated: string | undefined;
  /** How often there can be such a value. */
  readonly times: Cardinality;
}

/** What is within a schema comes before its own rules. */
function compileProblems(tree: RuleTree, place: Place, costs: RuleCosts): Cause[] {
  const { path, unrelated } = place;
  const times = cardinalityWithin(tree.schema, place.times);
  const isMap = tree.schema['x-kubernetes-list-type'] === 'map';
  const within = (part: RuleTree | undefined, at: string, lost = unrelated) =>
    part ? compileProblems(part, { path: `${path}.${at}`, unrelated: lost, times }, costs) : [];
  return [
    ...within(tree.values, 'additionalProperties'),
    ...[...tree.properties].flatMap(([name, part]) => within(part, `properties[${name}]`)),
    ...within(tree.items, 'items', unrelated ?? (isMap ? undefined : path)),
    ...tree.rules.flatMap((rule, i) =>
      compileProblemsOf(rule, tree, { ...place, path: `${path}.x-kubernetes-validations[${i}]` }, costs),
    ),
  ];
}

function compileProblemsOf(compiled: CompiledRule, tree: RuleTree, place: Place, costs: RuleCosts): Cause[] {
  const { rule, program, message, problem, messageProblem, usesOldSelf } = compiled;
  const { path, unrelated, times } = place;
  const problems: Cause[] = program ? costs.observe(program, tree, times, `${path}.rule`, 'rule') : [];
  const bad = (field: string, value: Json, why: string) =>
    problems.push(cause('FieldValueInvalid', `${path}.${field}`, value, why));
  if (problem !== undefined) bad('rule', printed(rule), problem);
  if (messageProblem !== undefined) bad('messageExpression', printed(rule), messageProblem);
  if (message)
    problems.push(...costs.observe(message, tree, times, `${path}.messageExpression`, 'messageExpression'));
  if (usesOldSelf && unrelated !== undefined)
    bad(
      'rule',
      rule.rule!,
      `oldSelf cannot be used on the uncorrelatable portion of the schema within ${unrelated}`,
    );
  if (!usesOldSelf && rule.optionalOldSelf !== undefined)
    bad('optionalOldSelf', rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule');
  return problems;
}

/** A rule as the API server prints it. */
function printed(rule: JsonObject): JsonObject {
  return {
    Rule: rule.rule ?? '',
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  };
}
