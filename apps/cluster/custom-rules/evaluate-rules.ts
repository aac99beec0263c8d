import {
  CostLimitExceeded,
  EvaluationError,
  none,
  Optional,
  type Program,
  type Value,
  view,
} from '@millrace/cel';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Cause } from '../api/status.ts';
import { textAt } from '../api/tree.ts';
import type { CompiledRule } from './compile-rule.ts';
import { Correlation, oldItems } from './correlation.ts';
import { fieldPathIn } from './field-path.ts';
import type { RuleTree } from './rule-tree.ts';

/** What all rules together may cost for one object. */
const budget = 10_000_000;
const longestMessage = 5 * 1024;

/**
 * What of an object breaks the rules of its schema. `old` is undefined for a new object; what an unchanged part of it
 * breaks is only warned of.
 *
 * Source of the rule: Kubernetes, "Validation rules" of custom resources; the API server words the causes.
 */
export function ruleProblems(
  tree: RuleTree,
  object: JsonObject,
  old: JsonObject | undefined,
  warn: (text: string) => void,
): Cause[] {
  const run = new Run(warn);
  try {
    run.check(tree, object, old, '', new Correlation(object, old));
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
  }
  return run.problems;
}

/** Ends the check of all further rules. */
class OutOfBudget extends Error {}

interface Place {
  readonly tree: RuleTree;
  readonly value: Json;
  readonly path: string;
  readonly correlation: Correlation;
}

class Run {
  readonly problems: Cause[] = [];
  readonly #warn: (text: string) => void;
  #left = budget;

  constructor(warn: (text: string) => void) {
    this.#warn = warn;
  }

  check(tree: RuleTree, value: Json, old: Json | undefined, path: string, correlation: Correlation): void {
    if (value === null) return;
    if (tree.rules.length > 0) this.#checkRules({ tree, value, path, correlation }, old ?? undefined);
    if (Array.isArray(value)) this.#checkItems(tree, value, old, path, correlation);
    else if (isObject(value)) this.#checkFields(tree, value, old, path, correlation);
  }

  #checkItems(
    tree: RuleTree,
    value: Json[],
    old: Json | undefined,
    path: string,
    correlation: Correlation,
  ): void {
    if (!tree.items) return;
    const before = oldItems(tree.schema, old);
    for (const [i, item] of value.entries()) {
      const was = before(item);
      this.check(tree.items, item, was, `${path}[${i}]`, correlation.item(item, was));
    }
  }

  #checkFields(
    tree: RuleTree,
    value: JsonObject,
    old: Json | undefined,
    path: string,
    correlation: Correlation,
  ): void {
    for (const [name, field] of Object.entries(value)) {
      const was = isObject(old) && Object.hasOwn(old, name) ? old[name] : undefined;
      if (tree.values) this.check(tree.values, field, was, `${path}[${name}]`, correlation.key(name));
      const property = tree.properties.get(name);
      if (property) this.check(property, field, was, path ? `${path}.${name}` : name, correlation.key(name));
    }
  }

  #checkRules(place: Place, old: Json | undefined): void {
    if (this.#left <= 0) this.#stop(place, outOfBudget);
    const { schema, isResource } = place.tree;
    const look = (json: Json) => view(json, schema, isResource);
    const self = memo(() => look(place.value));
    const oldSelf = memo(() => (old === undefined ? undefined : look(old)));
    for (const rule of place.tree.rules) this.#checkRule(rule, place, old !== undefined, self, oldSelf);
  }

  #checkRule(
    rule: CompiledRule,
    place: Place,
    hasOld: boolean,
    self: () => Value,
    oldSelf: () => Value | undefined,
  ): void {
    if (rule.problem !== undefined) this.#report(place, `rule compile error: ${rule.problem}`);
    if (!rule.program) return;
    const isOptional = rule.rule.optionalOldSelf === true;
    // Transition rules need something to compare with, unless they say that they do not.
    if (rule.usesOldSelf && !hasOld && !isOptional) return;
    const variables = (asOptional: boolean) => (name: string) => {
      if (name === 'self') return self();
      if (!asOptional) return oldSelf();
      return hasOld ? new Optional(oldSelf()) : none;
    };
    const result = this.#evaluate(rule, place, rule.program, variables(isOptional));
    if (result === true || result === undefined) return;
    this.#fail(rule, place, variables(false));
  }

  /** The value of a rule; undefined where it has none, which has been reported. */
  #evaluate(
    rule: CompiledRule,
    place: Place,
    program: Program,
    variables: (name: string) => Value | undefined,
  ): Value | undefined {
    let cost = 0;
    let failure: Error | undefined;
    let result: Value | undefined;
    try {
      result = program.evaluate(variables, { onCost: spent => (cost = spent) });
    } catch (error) {
      if (!(error instanceof EvaluationError || error instanceof CostLimitExceeded)) throw error;
      failure = error;
    }
    if (cost > this.#left) this.#stop(place, outOfBudget);
    this.#left -= cost;
    if (!failure) return result;
    const [shown, why] = [ruleText(rule.rule), failure.message];
    if (failure instanceof CostLimitExceeded)
      this.#stop(
        place,
        `'${why}': no further validation rules will be run due to call cost exceeds limit for rule: ${shown}`,
      );
    this.#report(
      place,
      why.startsWith('no such overload')
        ? `'${why}': call arguments did not match a supported operator, function or macro signature for rule: ${shown}`
        : `${why} evaluating rule: ${shown}`,
    );
    return undefined;
  }

  /** A rule is broken: say so with its message, unless it was broken before. */
  #fail(rule: CompiledRule, place: Place, variables: (name: string) => Value | undefined): void {
    const below = fieldPathIn(textAt(rule.rule, 'fieldPath'), place.tree.schema) ?? '';
    const field = [place.path, below].filter(Boolean).join('.') || '<nil>';
    const problem = (detail: string, value: string): Cause => {
      switch (rule.rule.reason) {
        case 'FieldValueForbidden':
          return { reason: 'FieldValueForbidden', message: `Forbidden: ${detail}`, field };
        case 'FieldValueRequired':
          return { reason: 'FieldValueRequired', message: `Required value: ${detail}`, field };
        case 'FieldValueDuplicate':
          return { reason: 'FieldValueDuplicate', message: `Duplicate value${value}`, field };
        default:
          return { reason: 'FieldValueInvalid', message: `Invalid value${value}: ${detail}`, field };
      }
    };
    const add = (cause: Cause) => {
      if (!rule.usesOldSelf && place.correlation.isUnchanged) this.#warn(`${field}: ${cause.message}`);
      else this.problems.push(cause);
    };
    const { value } = place;
    const { schema } = place.tree;
    const isWhole = schema.type === 'object' || schema.type === 'array';
    const shown = isWhole ? '' : `: ${JSON.stringify(value)}`;
    let detail: string | undefined;
    try {
      detail = rule.message && this.#message(rule.message, variables);
    } catch (error) {
      if (!(error instanceof OutOfBudget)) throw error;
      add({
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(schema.type ?? '')}: ${error.message}`,
        field,
      });
      throw error;
    }
    add(problem(detail ?? defaultMessage(rule.rule), shown));
  }

  /** What a messageExpression says; undefined where it says nothing fit to print. Throws OutOfBudget. */
  #message(program: Program, variables: (name: string) => Value | undefined): string | undefined {
    let cost = 0;
    let text: Value | undefined;
    let failure: unknown;
    try {
      text = program.evaluate(variables, { onCost: spent => (cost = spent) });
    } catch (error) {
      failure = error;
    }
    if (cost > this.#left)
      throw new OutOfBudget(
        'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run',
      );
    if (failure instanceof CostLimitExceeded)
      throw new OutOfBudget(
        `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${JSON.stringify(program.expression)}`,
      );
    this.#left -= cost;
    if (failure !== undefined && !(failure instanceof EvaluationError)) throw failure;
    const message = typeof text === 'string' ? text.trim() : '';
    const isFit = message !== '' && Buffer.byteLength(message) <= longestMessage && !message.includes('\n');
    return isFit ? message : undefined;
  }

  /** Something is wrong with the rule itself: the value shown is the type of the schema. */
  #report({ tree, path }: Place, detail: string): void {
    const type = JSON.stringify(textAt(tree.schema, 'type'));
    this.problems.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${type}: ${detail}`,
      field: path || '<nil>',
    });
  }

  #stop(place: Place, detail: string): never {
    this.#report(place, detail);
    throw new OutOfBudget();
  }
}

const outOfBudget =
  'validation failed due to running out of cost budget, no further validation rules will be run';

/** A rule in errors: by its message, or by itself. */
function ruleText(rule: JsonObject): string {
  return (textAt(rule, 'message') || textAt(rule, 'rule')).trim();
}

function defaultMessage(rule: JsonObject): string {
  return textAt(rule, 'message').trim() || `failed rule: ${ruleText(rule)}`;
}

/** Made when first asked for. */
function memo<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
