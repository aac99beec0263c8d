import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Values } from '../chart/chart.ts';
import { schemaProblem } from './validate-values.ts';

const bytes = (schema: unknown) =>
  new TextEncoder().encode(typeof schema === 'string' ? schema : JSON.stringify(schema));

const keyword = fc.constantFrom(
  ...'type enum const not allOf anyOf oneOf if then else properties patternProperties additionalProperties'.split(
    ' ',
  ),
  ...'propertyNames dependencies dependentSchemas dependentRequired items prefixItems additionalItems contains'.split(
    ' ',
  ),
  ...'minContains uniqueItems minimum exclusiveMaximum multipleOf minLength pattern format required'.split(
    ' ',
  ),
  ...'unevaluatedProperties unevaluatedItems $ref $id $anchor $defs definitions $dynamicRef $dynamicAnchor'.split(
    ' ',
  ),
  ...'$recursiveRef $recursiveAnchor $schema a b'.split(' '),
);
const scalar = fc.constantFrom<unknown>(
  ...[
    true,
    false,
    null,
    0,
    1,
    2.5,
    -1,
    'a',
    'string',
    'object',
    'array',
    '#',
    '#/$defs/a',
    '#/definitions/b',
    '#a',
  ],
  ...['x.json', 'urn:x', '^a', '(', 'ipv4', 'uri', 'date-time', 'regex', '__proto__'],
  'http://json-schema.org/draft-04/schema#',
  'http://json-schema.org/draft-07/schema#',
  'https://json-schema.org/draft/2019-09/schema',
);
const { schema } = fc.letrec(tie => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('schema'), { maxLength: 3 }),
    fc.dictionary(keyword, tie('schema'), { maxKeys: 4 }),
  ),
}));
const values = fc.dictionary(
  fc.constantFrom('a', 'b', '__proto__'),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Values[string]>,
) as fc.Arbitrary<Values>;

describe('schemas, whatever is in them', () => {
  test('any JSON gives failures or a clear problem', () => {
    fc.assert(
      fc.property(schema, values, (given, value) => {
        expect(typeof schemaProblem(bytes(given), value)).toBe('string');
      }),
      { numRuns: 500 },
    );
  });

  test('a schema is nested within bounds', () => {
    expect(schemaProblem(bytes('{"not":'.repeat(10_000)), {})).toBe(
      'values.schema.json is nested more than 500 levels deep',
    );
  });

  test('references that multiply are stopped', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [
        `d${at}`,
        { allOf: [{ $ref: `#/$defs/d${at + 1}` }, { $ref: `#/$defs/d${at + 1}` }] },
      ]),
    );
    expect(schemaProblem(bytes({ $ref: '#/$defs/d0', $defs: { ...$defs, d40: {} } }), {})).toMatch(
      /^the schema takes more than 2000000 steps/,
    );
  });
});
