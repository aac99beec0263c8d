import { expect, test } from 'vitest';
import { ApiError } from './errors.ts';
import { refusalWords } from './refusal-words.ts';

const refused = (message: string, causes: object[] = []) =>
  new ApiError({ code: 422, reason: 'Invalid', message, details: { causes } });
const typed = (path: string, problem: string) =>
  `failed to create typed patch object (a/b; /v1, Kind=ConfigMap): ${path}: ${problem}`;

test.each([
  [
    typed('.metadata.labels.x', 'expected string, got &value.valueUnstructured{Value:true}'),
    'metadata.labels: expected a string',
  ],
  [
    typed('.metadata.annotations.a.b', 'expected string, got &value.valueUnstructured{Value:1}'),
    'metadata.annotations: expected a string',
  ],
  [
    typed('.data.hush', 'expected string, got &value.valueUnstructured{Value:"hush"}'),
    'data: expected a string',
  ],
  [
    typed('.immutable', 'expected boolean, got &value.valueUnstructured{Value:"hush"}'),
    'immutable: expected a boolean',
  ],
  [typed('.hush', 'field not declared in schema'), 'it has a field that a ConfigMap does not have'],
  ['strict decoding error: unknown field "hush"', 'it has a field that a ConfigMap does not have'],
])('what is wrong with an object that holds data is told without what it holds: %s', (message, told) => {
  const words = refusalWords({ apiVersion: 'v1', kind: 'ConfigMap' }, refused(message));
  expect(words).toContain(`${told} (the words of the server are not shown`);
  expect(words).not.toContain('hush');
});

test('of any other object the words of the server are told', () => {
  const ref = { apiVersion: 'apps/v1', kind: 'Deployment' };
  expect(refusalWords(ref, refused('spec.replicas: hush'))).toBe('spec.replicas: hush');
});
