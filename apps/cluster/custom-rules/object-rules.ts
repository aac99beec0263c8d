import type { JsonObject } from '@millrace/json';
import type { Schema } from '@millrace/schema';
import type { Resource } from '../api/resource.ts';
import type { Cause } from '../api/status.ts';
import { ruleProblems } from './evaluate-rules.ts';
import { type RuleTree, ruleTree } from './rule-tree.ts';

/** Schemas are kept as long as their definition stands. */
const trees = new WeakMap<Schema, { readonly tree: RuleTree | undefined }>();

/** With such errors an object is too wrong for rules to make sense of it. */
const blocking = [
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
];

/** What of a custom resource breaks the rules of its schema, given what else is wrong with it. */
export function brokenRules(
  { custom, schema, kind }: Resource,
  object: JsonObject,
  old: JsonObject | undefined,
  others: readonly Cause[],
  warn: (text: string) => void,
): Cause[] {
  if (!custom || !schema) return [];
  let known = trees.get(schema);
  if (!known) trees.set(schema, (known = { tree: ruleTree(schema.raw, kind) }));
  if (!known.tree) return [];
  if (!others.some(({ reason }) => blocking.includes(reason)))
    return ruleProblems(known.tree, object, old, warn);
  const message =
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
  return [{ reason: 'FieldValueInvalid', message, field: '<nil>' }];
}
