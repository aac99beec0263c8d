export { describeFieldErrors, type FieldError, type FieldErrorReason } from './field-error.ts';
export { type GroupVersionKind, kubernetes, type Resource } from './kubernetes.ts';
export { type Pruned, prune } from './prune.ts';
export type { Schema, SchemaType, ValidationRule } from './schema.ts';
