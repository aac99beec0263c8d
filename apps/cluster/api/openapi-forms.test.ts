import { expect, test } from 'vitest';
import { inVersionTwo } from './openapi-forms.ts';

const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const names = { 'x-kubernetes-group-version-kind': [{ group: 'example.com', version: 'v1', kind: 'Root' }] };

// Both as kube-apiserver v1.36.3 publishes them.
test('nothing is said of a resource that may hold anything, but what it is', () => {
  const schema = { ...anything, description: 'A root', properties: { spec: { type: 'string' } }, ...names };
  expect(inVersionTwo(schema)).toEqual({ type: 'object', ...names });
});

test('a part that may hold anything has neither a type nor parts', () => {
  const spec = { ...anything, description: 'What is wanted', properties: { a: { type: 'string' } } };
  expect(
    inVersionTwo({ type: 'object', properties: { spec, list: { type: 'array', items: spec } } }),
  ).toEqual({
    type: 'object',
    properties: {
      spec: { description: 'What is wanted', 'x-kubernetes-preserve-unknown-fields': true },
      list: {
        type: 'array',
        items: { description: 'What is wanted', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
  });
});
