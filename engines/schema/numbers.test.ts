import type { JsonObject } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import { fromStructural } from './structural.ts';
import { validate } from './validate.ts';

/** What kube-apiserver v1.36.3 says of the same numbers in custom resources. */
const cases: readonly (readonly [schema: JsonObject, value: number, told: string[]])[] = [
  [
    { type: 'number', multipleOf: 0.5 },
    1,
    ['v: Invalid value: 0: factor MultipleOf declared for v must be positive: 0'],
  ],
  [{ type: 'number', multipleOf: 0.5 }, 1.5, []],
  [
    { type: 'number', multipleOf: 0.5 },
    1.7,
    ['v: Invalid value: 1.7: v in body should be a multiple of 0.5'],
  ],
  [{ type: 'number', multipleOf: 0.1 }, 0.3, []],
  [
    { type: 'integer', multipleOf: 1.5 },
    3,
    ['<nil>: Invalid value: "": MultipleOf value must be of type integer (default format) in v'],
  ],
  [
    { type: 'integer', multipleOf: 1.5 },
    4,
    [
      '<nil>: Invalid value: "": MultipleOf value must be of type integer (default format) in v',
      'v: Invalid value: 4: v in body should be a multiple of 1.5',
    ],
  ],
  [{ type: 'number', enum: [1, 2] }, 1.5, []],
  [{ type: 'number', enum: [1, 2] }, 3.5, ['v: Unsupported value: 3.5: supported values: "1", "2"']],
  [
    { type: 'integer', format: 'int32' },
    1.5,
    [
      'v: Invalid value: "float64": v in body must be of type int32: "float64"',
      '<nil>: Invalid value: "": Checked value must be of type integer with format int32 in v',
    ],
  ],
];

describe('numbers of custom resources', () => {
  test.each(cases)('%j: %d', (schema, value, told) => {
    const problems = validate({ v: value }, fromStructural({ type: 'object', properties: { v: schema } }));
    expect(problems.map(({ field, message }) => `${field}: ${message}`)).toEqual(told);
  });
});
