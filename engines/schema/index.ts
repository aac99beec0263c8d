export { checkTypes, type TypeMismatch } from './check-types.ts';
export { defaultKubernetes } from './default-kubernetes.ts';
export { applyDefaults } from './defaults.ts';
export {
  describeFieldErrors,
  duplicate,
  type FieldError,
  type FieldErrorReason,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
} from './field-error.ts';
export { fitsFormat, knownFormat } from './formats.ts';
export { parseGoDuration } from './go-duration.ts';
export { type GroupVersionKind, kubernetes, type Resource } from './kubernetes.ts';
export { missingFields } from './missing-fields.ts';
export {
  label1035Rule,
  labelRule,
  labelValueRule,
  nameProblems,
  qualifiedNameProblems,
  subdomainRule,
} from './names.ts';
export { patternLimits, weighPattern } from './pattern.ts';
export { type Pruned, prune } from './prune.ts';
export {
  canonicalQuantity,
  type ExactQuantity,
  exactQuantity,
  quantityAmount,
  quantityLimits,
} from './quantity.ts';
export { BadUri, escapedPath, parseRequestUri, parseUri, queryPairs, type Uri } from './request-uri.ts';
export type { Schema, SchemaType, ValidationRule } from './schema.ts';
export { emptyForm, storedForm } from './stored-form.ts';
export { anyObject, checkStructural, fromStructural, NotStructural } from './structural.ts';
export { validate } from './validate.ts';
