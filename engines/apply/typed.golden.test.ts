import type { Json, JsonObject } from '@millrace/json';
import { fromStructural, kubernetes, type Schema } from '@millrace/schema';
import { describe, expect, test } from 'vitest';
import golden from './golden/typed-values.json' with { type: 'json' };
import { checkTyped, compare, extract, FieldSet, merge, remove, toFieldSet } from './index.ts';

type Case = {
  readonly name: string;
  readonly schema?: JsonObject;
  readonly a: JsonObject;
  readonly b: JsonObject | null;
  readonly want: Readonly<Record<string, Json>>;
};

function schemaOf({ schema, a }: Case): Schema {
  if (schema) return fromStructural(schema);
  const [version, group] = (a.apiVersion as string).split('/').reverse() as [string, string | undefined];
  return kubernetes.schemaFor({ group: group ?? '', version, kind: a.kind as string }) as Schema;
}

function text(set: FieldSet): string {
  return JSON.stringify(set.serialise());
}

/** Upstream looks for the members of a set once more inside of a container that is a member itself; we do not. */
const extractable = /^(deployments|same|lists|left only|configmaps|custom: (sets|keyed|atomic|numbers)$)/;

describe('typed values, against structured-merge-diff', () => {
  test.each((golden.cases as unknown as Case[]).map(one => [one.name, one] as const))('%s', (_, one) => {
    const { a, want } = one;
    const b = one.b as JsonObject;
    const schema = schemaOf(one);
    expect(checkTyped(a, schema).length === 0).toBe(want.strictAError === undefined);
    const own = toFieldSet(b, schema);
    const changes = compare(a, b, schema);
    expect({
      setA: text(toFieldSet(a, schema)),
      added: text(changes.added),
      modified: text(changes.modified),
      removed: text(changes.removed),
    }).toEqual({ setA: want.setA, added: want.added, modified: want.modified, removed: want.removed });
    const mergeable = want.mergeError === undefined && checkTyped(b, schema).length === 0;
    if (mergeable) expect(merge(a, b, schema)).toEqual(want.merged);
    else expect(() => merge(a, b, schema)).toThrow();
    expect(remove(a, own, schema)).toEqual(want.removedB ?? {});
    if (extractable.test(one.name)) expect(extract(a, own, schema)).toEqual(want.extractedWithKeys);
    expect(remove(a, FieldSet.empty, schema)).toBe(a);
  });
});
