import type { Json } from '@millrace/json';
import type { Cursor } from './cursor.ts';

/**
 * A key of a mapping as JSON has it. sigs.k8s.io/yaml turns numbers and booleans into strings; kustomize
 * refuses them, because they have no JSON form.
 */
export function keyText(cursor: Cursor, key: Json, at: number): string {
  if (typeof key === 'string') return key;
  if (key === null || typeof key === 'object') cursor.fail('a key must be a string', at);
  if (cursor.rules !== 'kubernetes') cursor.fail(`the key ${key} must be a string: quote it`, at);
  return String(key);
}
