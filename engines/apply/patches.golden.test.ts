import { clone, type Json, type JsonObject } from '@millrace/json';
import { kubernetes } from '@millrace/schema';
import { describe, expect, test } from 'vitest';
import golden from './golden/patches.json' with { type: 'json' };
import { jsonPatch, mergePatch, strategicMergePatch } from './index.ts';

type Case = {
  readonly name: string;
  readonly type: 'strategic' | 'json' | 'merge';
  readonly original: JsonObject;
  readonly patch: JsonObject;
  readonly want?: Json;
  readonly error?: string;
};

function apply({ type, original, patch }: Case): Json {
  if (type === 'json') return jsonPatch(original, patch);
  if (type === 'merge') return mergePatch(original, patch);
  const [version, group] = (original.apiVersion as string).split('/').reverse() as [
    string,
    string | undefined,
  ];
  const schema = kubernetes.schemaFor({ group: group ?? '', version, kind: original.kind as string });
  return strategicMergePatch(original, patch, schema);
}

/** What is only about Go in its messages. */
function plain(message: string): string {
  return message
    .replace(/: strconv\.Atoi.*$| *: %!w\(<nil>\)$/, '')
    .replace(/in struct \w+ for the json field /, '');
}

describe.each(['strategic', 'json', 'merge'])('%s patches, against the API server’s libraries', type => {
  const cases = (golden.cases as unknown as Case[]).filter(one => one.type === type);
  test.each(cases.map(one => [one.name, one] as const))('%s', (_, one) => {
    const before = clone(one as unknown as JsonObject);
    if (one.error === undefined) expect(apply(one)).toEqual(one.want);
    else expect(() => apply(one)).toThrow(plain(one.error));
    expect(one).toEqual(before);
  });
});
