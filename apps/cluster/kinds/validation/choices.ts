import type { JsonObject } from '@millrace/json';
import { type FieldError, notSupported } from '@millrace/schema';
import { textAt } from '../../api/tree.ts';

/** What is wrong with a field of the object at `at` that takes one of a few values, or none. */
export function oneOf(
  object: JsonObject,
  at: string,
  field: string,
  supported: readonly string[],
): FieldError[] {
  const value = textAt(object, field);
  return value === '' || supported.includes(value) ? [] : [notSupported(`${at}.${field}`, value, supported)];
}
