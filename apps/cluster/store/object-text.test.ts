import { FieldSet } from '@millrace/apply';
import type { JsonObject } from '@millrace/json';
import { expect, test } from 'vitest';
import { objectText } from './object-text.ts';

const shared = FieldSet.of(['f:data'], ['f:data', 'f:a'], ['f:metadata', 'f:labels', 'f:"x"']).serialise();
const entry = (fieldsV1: JsonObject) => ({
  manager: 'm',
  operation: 'Update',
  fieldsType: 'FieldsV1',
  fieldsV1,
});

test.each<[string, JsonObject]>([
  ['shared sets', { name: 'a', managedFields: [entry(shared), entry(shared)] }],
  ['a set of its own', { name: 'a', managedFields: [entry({ 'f:data': {} }), entry(shared)] }],
  ['entries that are none', { managedFields: [null, 'x', {}, { fieldsV1: shared }] }],
  ['no entries', { managedFields: [] }],
  ['no managedFields', { name: 'a' }],
])('an object with %s is written as JSON.stringify writes it', (_, metadata) => {
  for (const rest of [{}, { data: { a: '\u2028"' } }]) {
    const object = { data: {}, ...rest, metadata, apiVersion: 'v1', kind: 'ConfigMap' };
    const text = objectText(object);
    expect(JSON.parse(text)).toEqual(object);
    expect(text.startsWith('{"kind":"ConfigMap","apiVersion":"v1","metadata":{')).toBe(true);
    const bare = { metadata, kind: 'ConfigMap', apiVersion: 'v1' };
    expect(JSON.parse(objectText(bare))).toEqual(bare);
  }
});
