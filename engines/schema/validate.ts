import { isObject, type Json, type JsonObject } from '@millrace/json';
import { checkEmbeddedResources } from './embedded-resources.ts';
import {
  type FieldError,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from './field-error.ts';
import { fieldPath, indexPath } from './field-path.ts';
import { fitsFormat, knownFormat } from './formats.ts';
import { checkLists } from './list-types.ts';
import { isChosen, multipleProblems } from './numbers.ts';
import { compilePattern } from './pattern.ts';
import type { Schema } from './schema.ts';

/**
 * What of a custom resource breaks its schema, in the words of the API server: types, value validations, required
 * fields, and items of sets and maps that repeat. Empty when all is well. Rules of `x-kubernetes-validations` are
 * not evaluated here.
 *
 * Source of the rule: Kubernetes, "Validation" of custom resources; kube-openapi's validation.
 */
export function validate(value: Json, schema: Schema): FieldError[] {
  const run = new Run();
  run.check(value, schema, '');
  return run.errors.concat(checkEmbeddedResources(value, schema), checkLists(value, schema));
}

/** Steps that matching patterns may take over a whole object: some seconds. */
const mostPatternSteps = 50_000_000;

/** Errors of one look at a value, and how many checks it took: of clauses that all fail the longest look speaks. */
class Run {
  readonly errors: FieldError[] = [];
  checks = 0;
  readonly #budget: { patternSteps: number };

  constructor(budget = { patternSteps: mostPatternSteps }) {
    this.#budget = budget;
  }

  check(value: Json, schema: Schema, path: string): void {
    this.checks++;
    this.checkType(value, schema, path);
    if (value === null) {
      this.checkEnum(value, schema, path);
      return;
    }
    this.checkClauses(value, schema, path);
    if (typeof value === 'string') this.checkString(value, schema, path);
    if (typeof value === 'number') this.checkNumber(value, schema, path);
    if (Array.isArray(value)) this.checkList(value, schema, path);
    this.checkEnum(value, schema, path);
    if (isObject(value)) this.checkObject(value, schema, path);
  }

  private checkType(value: Json, schema: Schema, path: string): void {
    const wanted = schema.intOrString
      ? ['integer', 'string']
      : schema.type === undefined
        ? []
        : [schema.type];
    if (wanted.length === 0) return;
    const type = typeOf(value);
    if (type === 'null' && schema.nullable) return;
    if (wanted.some(one => one === type || (one === 'number' && type === 'integer'))) return;
    const isFraction = type === 'number' && isWidth(schema.format);
    // Upstream names a width of integers in place of the type, and a fraction as Go does.
    const [name, given] = isFraction ? [schema.format, 'float64'] : [wanted.join(','), type];
    this.errors.push(
      typeInvalid(path, given, `${path} in body must be of type ${name}: ${JSON.stringify(given)}`),
    );
  }

  private checkEnum(value: Json, schema: Schema, path: string): void {
    const values = schema.enum;
    if (!values || values.some(one => isChosen(one, value))) return;
    const printed = values.map(one => (typeof one === 'string' ? one : JSON.stringify(one)));
    this.errors.push(notSupported(path, value, printed));
  }

  private checkString(value: string, schema: Schema, path: string): void {
    const { minLength, maxLength, pattern, format } = schema;
    const length = minLength === undefined && maxLength === undefined ? 0 : [...value].length;
    if (maxLength !== undefined && length > maxLength) this.errors.push(tooLong(path, maxLength));
    else if (minLength !== undefined && length < minLength) {
      this.errors.push(invalid(path, value, `${path} in body should be at least ${minLength} chars long`));
    } else if (pattern) this.#checkPattern(value, pattern, path);
    if (format !== undefined && knownFormat(format) && !fitsFormat(value, format)) {
      const why = `${path} in body must be of type ${format}: ${JSON.stringify(value)}`;
      this.errors.push(typeInvalid(path, value, why));
    }
  }

  #checkPattern(value: string, pattern: string, path: string): void {
    const { test, weight } = compilePattern(pattern);
    this.#budget.patternSteps -= value.length * weight;
    if (this.#budget.patternSteps < 0) {
      const why = `${path} in body is too long for its pattern: an object may take ${mostPatternSteps} steps to match`;
      this.errors.push(invalid(path, `${value.slice(0, 40)}...`, why));
    } else if (!test(value)) {
      this.errors.push(invalid(path, value, `${path} in body should match '${pattern}'`));
    }
  }

  private checkNumber(value: number, schema: Schema, path: string): void {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
    const say = (what: string): void => {
      this.errors.push(invalid(path, value, `${path} in body should be ${what}`));
    };
    const problem = integerProblem(value, schema);
    if (problem) this.errors.push(invalid('', '', `Checked value must be of type ${problem} in ${path}`));
    if (multipleOf !== undefined) this.errors.push(...multipleProblems(value, multipleOf, schema.type, path));
    if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum)) {
      say(`greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
    }
    if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum)) {
      say(`less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
    }
  }

  private checkList(value: Json[], schema: Schema, path: string): void {
    const { items, minItems, maxItems } = schema;
    if (items) {
      for (let i = 0; i < value.length; i++) this.check(value[i] as Json, items, indexPath(path, i));
    }
    if (minItems !== undefined && value.length < minItems) {
      this.errors.push(invalid(path, value.length, `${path} in body should have at least ${minItems} items`));
    }
    if (maxItems !== undefined && value.length > maxItems)
      this.errors.push(tooMany(path, value.length, maxItems));
  }

  private checkObject(value: JsonObject, schema: Schema, path: string): void {
    const { properties, additionalProperties, minProperties, maxProperties } = schema;
    const size = minProperties === undefined && maxProperties === undefined ? 0 : Object.keys(value).length;
    if (minProperties !== undefined && size < minProperties) {
      const why = `${path} in body should have at least ${minProperties} properties`;
      this.errors.push(invalid(path, size, why));
    }
    if (maxProperties !== undefined && size > maxProperties)
      this.errors.push(tooMany(path, size, maxProperties));
    const rest = typeof additionalProperties === 'object' ? additionalProperties : undefined;
    for (const name in value) {
      const field = properties?.[name] ?? rest;
      if (field) this.check(value[name] as Json, field, fieldPath(path, name));
    }
    for (const name of schema.required) {
      if (!Object.hasOwn(value, name)) this.errors.push(required(fieldPath(path, name)));
    }
  }

  private checkClauses(value: Json, schema: Schema, path: string): void {
    if (schema.anyOf.length > 0) this.checkAnyOf(value, schema.anyOf, path);
    if (schema.oneOf.length > 0) this.checkOneOf(value, schema.oneOf, path);
    if (schema.allOf.length > 0) this.checkAllOf(value, schema.allOf, path);
    if (schema.not && this.#attempt(value, schema.not, path).errors.length === 0) {
      this.ofWhole(path, 'must not validate the schema (not)');
    }
  }

  private checkAnyOf(value: Json, clauses: readonly Schema[], path: string): void {
    let best: Run | undefined;
    for (const clause of clauses) {
      const run = this.#attempt(value, clause, path);
      if (run.errors.length === 0) return;
      if (!best || run.checks > best.checks) best = run;
    }
    this.ofWhole(path, 'must validate at least one schema (anyOf)');
    this.adopt(best);
  }

  private checkOneOf(value: Json, clauses: readonly Schema[], path: string): void {
    let best: Run | undefined;
    let valid = 0;
    for (const clause of clauses) {
      const run = this.#attempt(value, clause, path);
      if (run.errors.length === 0) valid++;
      else if (!best || run.checks > best.checks) best = run;
    }
    if (valid === 1) return;
    const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
    this.ofWhole(path, `must validate one and only one schema (oneOf). ${found}`);
    if (valid === 0) this.adopt(best);
  }

  private checkAllOf(value: Json, clauses: readonly Schema[], path: string): void {
    const runs = clauses.map(clause => this.#attempt(value, clause, path));
    for (const run of runs) this.adopt(run);
    const valid = runs.filter(run => run.errors.length === 0).length;
    if (valid === runs.length) return;
    this.ofWhole(path, `must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
  }

  #attempt(value: Json, schema: Schema, path: string): Run {
    const run = new Run(this.#budget);
    run.check(value, schema, path);
    return run;
  }

  private adopt(run: Run | undefined): void {
    for (const error of run?.errors ?? []) this.errors.push(error);
  }

  /** The API server gives errors of clauses no field. */
  private ofWhole(path: string, what: string): void {
    this.errors.push(invalid('', '', `${JSON.stringify(path)} ${what}`));
  }
}

function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** The API server says this of the whole, and besides the mismatch of the type. */
function integerProblem(value: number, { type, format }: Schema): string | undefined {
  if (type !== 'integer') return undefined;
  const fits = format !== 'int32' || (value >= -(2 ** 31) && value < 2 ** 31);
  if (fits && Number.isInteger(value)) return undefined;
  return isWidth(format) ? `integer with format ${format}` : 'integer (default format)';
}

function isWidth(format: string | undefined): boolean {
  return format === 'int32' || format === 'int64';
}
