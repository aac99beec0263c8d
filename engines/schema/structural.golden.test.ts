import { clone, type JsonObject } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import golden from './golden/structural-schemas.json' with { type: 'json' };
import {
  applyDefaults,
  checkStructural,
  type FieldError,
  fromStructural,
  NotStructural,
  prune,
  validate,
} from './index.ts';

type Want = {
  readonly unknown: readonly string[] | null;
  readonly pruned: JsonObject;
  readonly defaulted: JsonObject;
  readonly errors: readonly FieldError[];
};
type Case = {
  readonly name: string;
  readonly schema: JsonObject;
  readonly values: readonly JsonObject[];
  readonly schemaErrors?: readonly FieldError[];
  readonly want?: readonly Want[] | null;
};

const cases = golden.cases as unknown as readonly Case[];

function sorted(errors: readonly FieldError[]): string[] {
  return errors.map(({ field, reason, message }) => `${field} | ${reason} | ${message}`).sort();
}

describe('schemas of custom resources, against apiextensions', () => {
  test.each(cases.map(one => [one.name, one] as const))('%s', (_, { schema, schemaErrors }) => {
    const errors = checkStructural(schema, 'openAPIV3Schema');
    expect(sorted(errors)).toEqual(sorted(schemaErrors ?? []));
    if (schemaErrors) expect(() => fromStructural(schema)).toThrow(NotStructural);
    else expect(() => fromStructural(schema)).not.toThrow();
  });
});

describe('custom resources, against apiextensions', () => {
  const values = cases.flatMap(({ name, schema, values, want }) =>
    values.map((value, i) => [`${name} ${i}`, schema, value, want?.[i]] as const),
  );
  test.each(values.filter(([, , , want]) => want !== undefined))('%s', (_, raw, value, want) => {
    const schema = fromStructural(raw);
    const before = clone(value);
    const pruned = prune(value, schema);
    const unknown = [...pruned.pruned].sort();
    expect({ ...pruned, pruned: unknown }).toEqual({ value: want?.pruned, pruned: want?.unknown ?? [] });
    const defaulted = applyDefaults(pruned.value, schema);
    expect(defaulted).toEqual(want?.defaulted);
    expect(sorted(validate(defaulted, schema))).toEqual(sorted(want?.errors ?? []));
    expect(value).toEqual(before);
    expect(applyDefaults(defaulted, schema)).toBe(defaulted);
  });
});
