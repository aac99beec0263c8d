import type { Schema } from '@millrace/schema';
import { FieldSet } from './field-set.ts';
import { fieldName } from './path-element.ts';
import { declaredType, fieldSchema, listKind } from './typed.ts';

/**
 * Brings a set to a schema that changed since it was written: where a map or list has become atomic, owning
 * something inside becomes owning the whole.
 *
 * Source of the rule: structured-merge-diff, ReconcileFieldSetWithSchema; the way back, from atomic to granular,
 * is not supported there either.
 */
export function reconcileWithSchema(set: FieldSet, schema: Schema | undefined): FieldSet {
  if (!schema) return set;
  let sets = reconciled.get(schema);
  if (!sets) reconciled.set(schema, (sets = new WeakMap()));
  let result = sets.get(set);
  if (!result) sets.set(set, (result = reconcile(set, schema)));
  return result;
}

/** Sets are shared between objects, and schemas hardly ever change. */
const reconciled = new WeakMap<Schema, WeakMap<FieldSet, FieldSet>>();

function reconcile(set: FieldSet, schema: Schema): FieldSet {
  let growing = FieldSet.growing;
  for (const member of set.members) growing = growing.member(member);
  for (const [element, child] of set.children) {
    const name = fieldName(element);
    const below = name === undefined ? schema.items : fieldSchema(schema, name);
    if (below && isAtomic(below)) growing = growing.member(element);
    else growing = growing.below(element, below ? reconcile(child, below) : child);
  }
  return growing.set;
}

function isAtomic(schema: Schema): boolean {
  const type = declaredType(schema);
  return type === 'object' ? schema.mapType === 'atomic' : type === 'array' && listKind(schema) === 'atomic';
}
