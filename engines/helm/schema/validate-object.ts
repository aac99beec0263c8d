import type { Value } from '@millrace/go-template';
import type { Values } from '../chart/chart.ts';
import { count } from './number-text.ts';
import { quoted, quotedList } from './quote.ts';
import { fail, missingKeys, note, type Run } from './run.ts';

/** The keywords for objects. Keys are taken in the order of their names, so that the same values fail alike. */
export function validateObject(run: Run, object: Values): void {
  const rules = run.schema.object;
  const keys = Object.keys(object).sort();
  const size = keys.length;
  const { minProperties: min, maxProperties: max } = rules;
  if (min !== undefined && size < min) {
    fail(run, () => `minProperties: got ${count(size)}, want ${count(min)}`);
  }
  if (max !== undefined && size > max) {
    fail(run, () => `maxProperties: got ${count(size)}, want ${count(max)}`);
  }
  const missing = missingKeys(object, rules.required);
  if (missing.length > 0) {
    fail(run, () => `missing ${missing.length === 1 ? 'property' : 'properties'} ${quotedList(missing)}`);
  }
  if (run.quick && run.failures.length > 0) return;
  validateDependencies(run, object);
  validateProperties(run, object, keys);
  validateNames(run, keys);
  for (const [key, schema] of rules.dependentSchemas) {
    if (Object.hasOwn(object, key)) note(run, run.again(schema));
  }
  for (const [key, wanted] of rules.dependentRequired) requireWith(run, object, key, wanted);
}

function validateDependencies(run: Run, object: Values): void {
  for (const [key, wanted] of run.schema.object.dependencies) {
    if (Array.isArray(wanted)) requireWith(run, object, key, wanted);
    else if (Object.hasOwn(object, key)) note(run, run.again(wanted));
  }
}

function requireWith(run: Run, object: Values, key: string, wanted: string[]): void {
  if (!Object.hasOwn(object, key)) return;
  const missing = missingKeys(object, wanted);
  if (missing.length > 0) {
    fail(run, () => `properties ${quotedList(missing)} required, if ${quoted(key)} exists`);
  }
}

function validateProperties(run: Run, object: Values, keys: string[]): void {
  const { properties, patternProperties, additional } = run.schema.object;
  const unwanted: string[] = [];
  for (const key of keys) {
    if (run.quick && run.failures.length > 0) return;
    const value = object[key] as Value;
    const named = properties.get(key);
    if (named !== undefined) note(run, run.below(named, value, key));
    let evaluated = named !== undefined;
    for (const [pattern, schema] of patternProperties) {
      if (!pattern.test(key)) continue;
      evaluated = true;
      note(run, run.below(schema, value, key));
    }
    if (!evaluated && additional !== undefined) {
      evaluated = true;
      if (additional === false) unwanted.push(key);
      else if (additional !== true) note(run, run.below(additional, value, key));
    }
    if (evaluated) run.unevaluated.keys.delete(key);
  }
  if (unwanted.length > 0) fail(run, () => `additional properties ${quotedList(unwanted)} not allowed`);
}

function validateNames(run: Run, keys: string[]): void {
  const { propertyNames } = run.schema.object;
  if (propertyNames === undefined) return;
  for (const key of keys) {
    const failures = run.apart(propertyNames, key);
    if (failures.length > 0) fail(run, () => `invalid propertyName ${quoted(key)}`, failures);
  }
}
