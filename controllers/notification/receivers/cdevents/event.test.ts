import { readFileSync } from 'node:fs';
import { clone, isObject, type Json, type JsonObject, put } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import { requireCdEvent } from './event.ts';

/**
 * Events, and changes of one field each: a path, whether the SDK takes the event then, and the value, or none where
 * the field is taken away.
 */
interface Golden {
  version: string;
  events: Record<string, { valid: boolean; body: JsonObject; changes: [string, boolean, Json?][] }>;
}

const golden: Golden = JSON.parse(readFileSync(new URL('golden/events.json', import.meta.url), 'utf8'));

function isValid(body: JsonObject): boolean {
  try {
    requireCdEvent(JSON.stringify(body));
    return true;
  } catch {
    return false;
  }
}

function changed(body: JsonObject, path: string, value: Json | undefined): JsonObject {
  const copy = clone(body);
  const names = path.split('.');
  const last = names.pop() ?? '';
  const place = names.reduce<Json>((at, name) => (isObject(at) ? (at[name] ?? null) : null), copy);
  if (!isObject(place)) throw new Error(`${path} is not there`);
  if (value === undefined) delete place[last];
  else put(place, last, value);
  return copy;
}

describe(`events are taken and refused as by ${golden.version}`, () => {
  test.each(Object.entries(golden.events))('%s', (_, { valid, body, changes }) => {
    expect(isValid(body)).toBe(valid);
    const other = changes.filter(([path, taken, value]) => isValid(changed(body, path, value)) !== taken);
    expect(other).toEqual([]);
  });
});

test.each([
  ['{', 'JSON'],
  ['{"context": {"type": "dev.cdevents.change.merged.0.2.0"}}', 'event.context.version'],
  ['{"context": {"type": "x"}}', 'event.context.type'],
  ['null', 'event.context.type'],
])('%s is refused with the name of the field', (body, field) => {
  expect(() => requireCdEvent(body)).toThrow(field);
});
