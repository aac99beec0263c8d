export { type Comparison, compare } from './compare.ts';
export { ApplyConflict, type ConflictCause, type FieldConflict } from './conflict.ts';
export { type Difference, diff } from './diff.ts';
export { FieldSet, printPath } from './field-set.ts';
export { BadJsonPatch, JsonPatchTooLarge, jsonPatch, jsonPatchLimits } from './json-patch.ts';
export { jsonPatchBetween, type PatchOperation } from './json-patch-between.ts';
export { BadManagedFields, type ManagedFieldsEntry } from './managed-fields.ts';
export { DuplicateItem, merge } from './merge.ts';
export { mergePatch } from './merge-patch.ts';
export { mergePatchBetween, threeWayMergePatch } from './merge-patch-between.ts';
export type { Convert, Version } from './ownership.ts';
export type { PathElement } from './path-element.ts';
export { extract, remove } from './remove.ts';
export { managersAfterScale, managersOfScale, type ReplicasPaths } from './scale-managers.ts';
export {
  type ApplyRequest,
  keepIfOnlyTimesDiffer,
  ManagedFieldsNotAllowed,
  serverSideApply,
} from './server-side-apply.ts';
export { BadStrategicPatch } from './strategic-directives.ts';
export { strategicMergePatch } from './strategic-merge.ts';
export { threeWayStrategicPatch } from './three-way-strategic.ts';
export { toFieldSet } from './to-field-set.ts';
export { UnkeyedItem } from './typed.ts';
export { checkTyped, type TypedError, TypedErrors } from './typed-errors.ts';
export { type UpdateRequest, updateManagedFields } from './update-managed-fields.ts';
