export { applyDefaults } from './defaults.ts';
export { describeFieldErrors, type FieldError, type FieldErrorReason } from './field-error.ts';
export { type GroupVersionKind, kubernetes, type Resource } from './kubernetes.ts';
export { type Pruned, prune } from './prune.ts';
export type { Schema, SchemaType, ValidationRule } from './schema.ts';
export { anyObject, checkStructural, fromStructural, NotStructural } from './structural.ts';
export { validate } from './validate.ts';
