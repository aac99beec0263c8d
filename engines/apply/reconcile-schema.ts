import type { Schema } from '@millrace/schema';
import { FieldSet } from './field-set.ts';
import { fieldName } from './path-element.ts';
import { declaredType, fieldSchema, listKind } from './typed.ts';

/**
 * Brings a set to a schema that changed since it was written: where a map or list has become atomic, owning
 * something inside becomes owning the whole. Returns the set itself when nothing changed.
 *
 * Source of the rule: structured-merge-diff, ReconcileFieldSetWithSchema; the way back, from atomic to granular,
 * is not supported there either.
 */
export function reconcileWithSchema(set: FieldSet, schema: Schema | undefined): FieldSet {
  let changed: FieldSet | undefined;
  for (const [element, child] of set.children) {
    const name = fieldName(element);
    const below = name === undefined ? schema?.items : fieldSchema(schema, name);
    if (!below || child.isEmpty) continue;
    const atomic = isAtomic(below);
    const kept = atomic ? undefined : reconcileWithSchema(child, below);
    if (kept === child) continue;
    changed ??= copy(set);
    if (kept) changed.children.set(element, kept);
    else {
      changed.children.delete(element);
      changed.members.add(element);
    }
  }
  return changed ?? set;
}

function isAtomic(schema: Schema): boolean {
  const type = declaredType(schema);
  return type === 'object' ? schema.mapType === 'atomic' : type === 'array' && listKind(schema) === 'atomic';
}

function copy(set: FieldSet): FieldSet {
  const twin = new FieldSet();
  for (const member of set.members) twin.members.add(member);
  for (const [element, child] of set.children) twin.children.set(element, child);
  return twin;
}
