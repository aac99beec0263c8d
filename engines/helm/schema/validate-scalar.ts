import { runeCount, type Value } from '@millrace/go-template';
import type { Json } from '@millrace/json';
import { isTable } from '../values/table.ts';
import { equalValues } from './equal.ts';
import { spelling } from './json-text.ts';
import { count, isMultiple, number } from './number-text.ts';
import { quoted } from './quote.ts';
import { fail, type Run } from './run.ts';
import type { JsonType, Schema } from './schema.ts';

/** The JSON type of a value; undefined for what has none. */
export function typeOf(value: Value): JsonType | undefined {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return typeof value as JsonType;
    case 'number':
      return Number.isFinite(value) ? 'number' : undefined;
    case 'bigint':
      return 'number';
    default:
      return isTable(value) ? 'object' : undefined;
  }
}

const typeOrder: readonly JsonType[] = ['null', 'boolean', 'number', 'integer', 'string', 'array', 'object'];

/** The keywords for every type, of which the first that fails ends it. Undefined where none does. */
export function generalProblem(schema: Schema, value: Value, type: JsonType): (() => string) | undefined {
  const { types, const: constant, enum: allowed, format } = schema;
  if (types !== undefined && !types.has(type) && !(types.has('integer') && isWhole(value))) {
    const want = typeOrder.filter(one => types.has(one)).join(' or ');
    return () => `got ${type}, want ${want}`;
  }
  if (constant !== undefined && !equalValues(value, constant.value)) {
    const { value: want, spelled } = constant;
    return () => (isPlain(want) ? `value must be ${display(want, spelled)}` : "'const' failed");
  }
  if (allowed !== undefined && !allowed.some(item => equalValues(value, item)))
    return () => enumText(allowed);
  const problem = format?.problem(value);
  return problem === undefined
    ? undefined
    : () => `${display(value as Json)} is not valid ${format!.name}: ${problem}`;
}

function isWhole(value: Value): boolean {
  return typeof value === 'bigint' || Number.isInteger(value);
}

function enumText(allowed: Json[]): string {
  if (!allowed.every(isPlain)) return "'enum' failed";
  const one = allowed.length === 1 ? '' : 'one of ';
  return `value must be ${one}${allowed.map((item, at) => display(item, spelling(allowed, at))).join(', ')}`;
}

function isPlain(value: Json): boolean {
  return typeof value !== 'object' || value === null;
}

/** A scalar as it is shown: numbers as they are written in the schema. */
function display(value: Json, spelled?: string): string {
  if (typeof value === 'string') return quoted(value);
  return value === null ? '<nil>' : (spelled ?? String(value));
}

export function validateString(run: Run, text: string): void {
  const { minLength: min, maxLength: max, pattern } = run.schema.string;
  const length = min === undefined && max === undefined ? 0 : runeCount(text);
  if (min !== undefined && length < min)
    fail(run, () => `minLength: got ${count(length)}, want ${count(min)}`);
  if (max !== undefined && length > max)
    fail(run, () => `maxLength: got ${count(length)}, want ${count(max)}`);
  if (pattern !== undefined && !pattern.test(text)) {
    fail(run, () => `${quoted(text)} does not match pattern ${quoted(pattern.source)}`);
  }
}

export function validateNumber(run: Run, value: number | bigint): void {
  const rules = run.schema.number;
  const check = (keyword: keyof typeof rules, meets: (want: number) => boolean) => {
    const want = rules[keyword];
    if (want === undefined || meets(want)) return;
    fail(run, () => `${keyword}: got ${number(value)}, want ${number(want)}`);
  };
  check('minimum', want => value >= want);
  check('maximum', want => value <= want);
  check('exclusiveMinimum', want => value > want);
  check('exclusiveMaximum', want => value < want);
  check('multipleOf', want => isMultiple(value, want));
}
