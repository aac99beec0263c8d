import type { JsonObject } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import golden from './golden/type-mismatches.json' with { type: 'json' };
import { checkTypes, kubernetes, type Schema } from './index.ts';

const cases = golden.cases as unknown as readonly { readonly input: JsonObject; readonly error?: string }[];

function schemaOf(object: JsonObject): Schema {
  const [version, group] = (object.apiVersion as string).split('/').reverse() as [string, string | undefined];
  return kubernetes.schemaFor({ group: group ?? '', version, kind: object.kind as string }) as Schema;
}

describe('values of the wrong type, against Go', () => {
  test.each(cases.map(({ input, error }) => [JSON.stringify(input), input, error] as const))(
    '%s',
    (_, input, error) => {
      expect(checkTypes(input, schemaOf(input))?.message).toBe(error);
    },
  );
});
