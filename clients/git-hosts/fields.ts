import type { JsonObject } from '@millrace/json';
import { HostError } from './errors.ts';

/** A text or a number of an answer. Throws HostError where there is none: the host is not what it was taken for. */
export function fieldOf(answer: JsonObject, name: string, what: string): string {
  const value = answer[name];
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value === 'number') return String(value);
  throw new HostError(`the host tells no ${name} of the ${what}: is this the right kind of host?`, []);
}
