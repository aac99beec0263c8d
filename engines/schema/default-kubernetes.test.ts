import { clone, type JsonObject } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import golden from './golden/built-in-defaults.json' with { type: 'json' };
import { defaultKubernetes, kubernetes, prune, type Schema, storedForm } from './index.ts';

type Case = { readonly input: JsonObject; readonly form: JsonObject; readonly defaulted: JsonObject };
const cases = golden.cases as unknown as readonly Case[];

function schemaOf(object: JsonObject): Schema {
  const [version, group] = (object.apiVersion as string).split('/').reverse() as [string, string | undefined];
  return kubernetes.schemaFor({ group: group ?? '', version, kind: object.kind as string }) as Schema;
}

describe('objects of built-in kinds, against kubernetes', () => {
  test.each(cases.map((one, i) => [`${i} ${one.input.kind}`, one] as const))(
    '%s',
    (_, { input, form, defaulted }) => {
      const schema = schemaOf(input);
      const before = clone(input);
      const stored = storedForm(input, schema);
      expect(stored).toEqual(form);
      expect(defaultKubernetes(stored, schema)).toEqual(defaulted);
      expect(input).toEqual(before);
    },
  );

  test.each(cases.map((one, i) => [`${i} ${one.input.kind}`, one] as const))(
    'are stable once stored: %s',
    (_, { defaulted }) => {
      const schema = schemaOf(defaulted);
      expect(storedForm(defaulted, schema)).toBe(defaulted);
      expect(prune(defaulted, schema).pruned).toEqual([]);
      expect(defaultKubernetes(defaulted, schema)).toBe(defaulted);
    },
  );
});
