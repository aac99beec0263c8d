import { isObject, type Json, type JsonObject } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import { customResourceDefinition } from '../custom-resource-definition.ts';
import type { Kind } from '../kind.ts';
import { kinds } from '../kinds.ts';
import { commonDescriptions } from './common.ts';
import { descriptions } from './index.ts';

/** The API server says of these itself what they are. */
const ofEveryKind = new Set(['apiVersion', 'kind', 'metadata']);

/** The path of each field of each version, with its description. */
function fieldsOf(kind: Kind): Map<string, Json | undefined> {
  const found = new Map<string, Json | undefined>();
  const walk = (schema: JsonObject, path: string) => {
    if (path !== '') found.set(path, schema.description);
    const { items, additionalProperties, properties } = schema;
    for (const inner of [items, additionalProperties])
      if (isObject(inner)) walk({ description: schema.description ?? null, ...inner }, path);
    if (!isObject(properties)) return;
    for (const [name, one] of Object.entries(properties))
      if (isObject(one) && !ofEveryKind.has(path + name)) walk(one, path === '' ? name : `${path}.${name}`);
  };
  const { versions } = customResourceDefinition(kind).spec as { versions: { schema: JsonObject }[] };
  for (const { schema } of versions) if (isObject(schema.openAPIV3Schema)) walk(schema.openAPIV3Schema, '');
  return found;
}

const all = new Map(kinds.map(kind => [kind.kind, fieldsOf(kind)]));

describe('descriptions', () => {
  test.each(kinds)('say what $kind is and what each of its fields means', kind => {
    const silent = [...fieldsOf(kind)].filter(([, text]) => !text).map(([path]) => path);
    expect(silent).toEqual([]);
    expect(descriptions.get(kind.kind)?.['']).toMatch(/\.$/);
  });

  test.each(kinds)('name no field that $kind does not have', ({ kind }) => {
    const named = Object.keys(descriptions.get(kind) ?? {}).filter(path => path !== '');
    expect(named.filter(path => !all.get(kind)?.has(path))).toEqual([]);
  });

  test('that several kinds share are used', () => {
    const paths = [...all.values()].flatMap(fields => [...fields.keys()]);
    const used = (end: string) => paths.some(path => path === end || path.endsWith(`.${end}`));
    expect(Object.keys(commonDescriptions).filter(end => !used(end))).toEqual([]);
  });
});
