import type { Json } from '@millrace/json';

/** JSON.rawJSON (ECMAScript, "JSON.parse source text access"), which TypeScript's libraries do not declare yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** A value as JSON; whole numbers beyond 2^53, which the reader gives as bigint, in full. */
export function jsonText(value: Json, indent?: number): string {
  const exact = (_: string, item: unknown) => (typeof item === 'bigint' ? rawJSON(String(item)) : item);
  return JSON.stringify(value, exact, indent);
}
