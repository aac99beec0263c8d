import { place } from '../place.ts';

/** The object that the address names, as requests name it. */
export function query(more: Record<string, string> = {}): string {
  return String(new URLSearchParams({ ...place.value.object, ...more }));
}
