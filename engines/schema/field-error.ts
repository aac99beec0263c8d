import type { Json } from '@millrace/json';

/** The reasons of `details.causes[].reason` in a Status. */
export type FieldErrorReason =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'FieldValueNotFound';

/** One entry of a Status' `details.causes`; `field` is `<nil>` where the error is of the whole value. */
export type FieldError = {
  readonly field: string;
  readonly reason: FieldErrorReason;
  readonly message: string;
};

export function required(field: string, detail = ''): FieldError {
  return fieldError(field, 'FieldValueRequired', detail ? `Required value: ${detail}` : 'Required value');
}

export function invalid(field: string, value: Json, detail: string): FieldError {
  return fieldError(field, 'FieldValueInvalid', `Invalid value: ${quoted(value)}: ${detail}`);
}

export function typeInvalid(field: string, value: Json, detail: string): FieldError {
  return fieldError(field, 'FieldValueTypeInvalid', `Invalid value: ${quoted(value)}: ${detail}`);
}

export function notSupported(field: string, value: Json, supported: readonly string[]): FieldError {
  const values = supported.map(one => JSON.stringify(one)).join(', ');
  return fieldError(
    field,
    'FieldValueNotSupported',
    `Unsupported value: ${quoted(value)}: supported values: ${values}`,
  );
}

export function duplicate(field: string, value: Json): FieldError {
  return fieldError(field, 'FieldValueDuplicate', `Duplicate value: ${quoted(value)}`);
}

export function forbidden(field: string, detail: string): FieldError {
  return fieldError(field, 'FieldValueForbidden', `Forbidden: ${detail}`);
}

export function tooLong(field: string, bytes: number): FieldError {
  return fieldError(
    field,
    'FieldValueTooLong',
    `Too long: may not be more than ${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`,
  );
}

export function tooMany(field: string, actual: number, most: number): FieldError {
  const items = most === 1 ? '1 item' : `${most} items`;
  return fieldError(field, 'FieldValueTooMany', `Too many: ${actual}: must have at most ${items}`);
}

/** All errors in one line, as `kubectl` shows them: `[spec.a: Required value, spec.b: Invalid value: 1: …]`. */
export function describeFieldErrors(errors: readonly FieldError[]): string {
  const lines = errors.map(error => `${error.field}: ${error.message}`);
  return lines.length === 1 ? (lines[0] as string) : `[${lines.join(', ')}]`;
}

function fieldError(field: string, reason: FieldErrorReason, message: string): FieldError {
  return { field: field === '' ? '<nil>' : field, reason, message };
}

function quoted(value: Json): string {
  return JSON.stringify(value);
}
