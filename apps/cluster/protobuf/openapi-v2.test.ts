import { expect, test } from 'vitest';
import { encodeOpenApiV2 } from './openapi-v2.ts';
import { Reader } from './reader.ts';

/** The fields of a message by their numbers, texts and messages as bytes. */
function fields(bytes: Buffer): Record<number, (Buffer | number)[]> {
  const reader = new Reader(bytes);
  const found: Record<number, (Buffer | number)[]> = {};
  for (let tag = reader.tag(); tag; tag = reader.tag()) {
    const value = tag.wire === 2 ? reader.bytes() : tag.wire === 1 ? reader.double() : reader.integer();
    (found[tag.field] ??= []).push(value);
  }
  return found;
}

/** The one message along a path of field numbers. */
function at(bytes: Buffer, ...path: number[]): Buffer {
  return path.reduce((message, field) => fields(message)[field]![0] as Buffer, bytes);
}

const document = encodeOpenApiV2({
  swagger: '2.0',
  info: { title: 'Kubernetes', version: 'v1.36.3' },
  paths: {
    '/api/v1/pods': {
      get: {
        parameters: [{ name: 'limit', in: 'query', type: 'integer', uniqueItems: true }],
        responses: { 200: { description: 'OK', schema: { $ref: '#/definitions/Pods' } } },
        'x-kubernetes-action': 'list',
      },
    },
  },
  definitions: {
    Pod: {
      description: 'A Pod',
      type: 'object',
      required: ['spec'],
      properties: { spec: { type: 'array', items: { type: 'string' }, minItems: 2, maximum: 1.5 } },
      additionalProperties: { type: 'string' },
      nullable: true,
      'x-kubernetes-group-version-kind': [{ group: '', kind: 'Pod', version: 'v1' }],
    },
  },
});

test('definitions are named, typed and extended', () => {
  const named = at(document, 9, 1);
  expect(at(named, 1).toString()).toBe('Pod');
  const schema = at(named, 2);
  expect(at(schema, 4).toString()).toBe('A Pod');
  expect(at(schema, 22, 1).toString()).toBe('object');
  expect(at(schema, 19).toString()).toBe('spec');
  expect(at(schema, 21, 1, 22, 1).toString()).toBe('string');
  expect(at(schema, 31, 1).toString()).toBe('x-kubernetes-group-version-kind');
  expect(at(schema, 31, 2, 2).toString()).toBe('- group: ""\n  kind: Pod\n  version: v1\n');
  const property = at(schema, 25, 1, 2);
  expect(at(property, 23, 1, 22, 1).toString()).toBe('string');
  expect([fields(property)[7], fields(property)[15]]).toEqual([[1.5], [2]]);
});

test('paths have their operations, parameters and answers', () => {
  const named = at(document, 8, 2);
  expect(at(named, 1).toString()).toBe('/api/v1/pods');
  const operation = at(named, 2, 2);
  const parameter = at(operation, 8, 1, 2, 3);
  expect(at(parameter, 4).toString()).toBe('limit');
  expect(fields(parameter)[20]).toEqual([1]);
  expect(at(operation, 9, 1, 1).toString()).toBe('200');
  expect(at(operation, 9, 1, 2, 1, 2, 1, 1).toString()).toBe('#/definitions/Pods');
  expect(at(operation, 13, 2, 2).toString()).toBe('list\n');
});
