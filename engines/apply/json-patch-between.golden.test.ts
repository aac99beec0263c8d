import type { JsonObject } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import golden from './golden/json-patches.json' with { type: 'json' };
import { jsonPatch, jsonPatchBetween, type PatchOperation } from './index.ts';

interface Case {
  from: JsonObject;
  to: JsonObject;
  patch: PatchOperation[];
}

describe('the JSON patch between two objects', () => {
  const cases = golden.cases as unknown as Case[];

  test.each(cases.map((one, i) => [i, one] as const))(
    'makes the second of the first: %i',
    (_, { from, to }) => {
      expect(jsonPatch(from, jsonPatchBetween(from, to) as never)).toEqual(to);
    },
  );

  test.each(cases.map((one, i) => [i, one] as const))('counts as jsondiff’s does: %i', (_, one) => {
    expect(jsonPatchBetween(one.from, one.to)).toEqual(one.patch);
  });
});
