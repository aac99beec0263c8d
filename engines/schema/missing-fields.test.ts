import type { JsonObject } from '@millrace/json';
import { expect, test } from 'vitest';
import { kubernetes, missingFields, type Schema } from './index.ts';

const pod = kubernetes.schemaFor({ group: '', version: 'v1', kind: 'Pod' }) as Schema;

test('required fields that are absent, null or empty are missing, with their place', () => {
  const named: JsonObject = { name: 'b', env: [{ value: 'x' }] };
  const found = missingFields({ spec: { containers: [{ name: '' }, named] } }, pod);
  expect(found.map(({ field, message }) => `${field}: ${message}`)).toEqual([
    'spec.containers[0].name: Required value',
    'spec.containers[1].env[0].name: Required value',
  ]);
  expect(missingFields({ spec: { containers: null } }, pod)).toHaveLength(1);
});
