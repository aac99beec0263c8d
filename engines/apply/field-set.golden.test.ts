import type { Json } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import { FieldSet } from './field-set.ts';
import golden from './golden/field-sets.json' with { type: 'json' };

type Case = {
  readonly A: string;
  readonly B: string;
  readonly Want: Readonly<Record<string, string | number | boolean | readonly string[]>>;
};

function text(set: FieldSet): string {
  return JSON.stringify(set.serialise());
}

/** Go escapes what is special in HTML; the order of keys is what the test is about. */
function plain(json: unknown): unknown {
  return typeof json === 'string' ? JSON.stringify(JSON.parse(json)) : undefined;
}

describe('field sets, against structured-merge-diff', () => {
  test.each((golden.cases as unknown as Case[]).map(one => [`${one.A} and ${one.B}`, one] as const))(
    '%s',
    (_, { A, B, Want }) => {
      if (Want.error !== undefined) {
        expect(() => FieldSet.parse(JSON.parse(A) as Json)).toThrow();
        return;
      }
      const a = FieldSet.parse(JSON.parse(A) as Json);
      expect(text(a)).toBe(plain(Want.a));
      expect(a.toStrings().join('\n')).toBe((Want.paths as string[]).join('\n'));
      expect(a.size).toBe(Want.size);
      if (B === '') return;
      const b = FieldSet.parse(JSON.parse(B) as Json);
      expect({
        union: text(a.union(b)),
        intersection: text(a.intersection(b)),
        difference: text(a.difference(b)),
        recursiveDifference: text(a.recursiveDifference(b)),
        equals: a.equals(b),
      }).toEqual({
        union: plain(Want.union),
        intersection: plain(Want.intersection),
        difference: plain(Want.difference),
        recursiveDifference: plain(Want.recursiveDifference),
        equals: Want.equals,
      });
    },
  );
});
