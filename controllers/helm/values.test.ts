import type { HelmRelease } from '@millrace/api';
import { Failed, type References } from '@millrace/controller';
import type { KubeObject, ObjectRef } from '@millrace/kube';
import { describe, expect, test } from 'vitest';
import { hrOf } from './testing/index.ts';
import { valuesOf } from './values.ts';

type ValuesFrom = NonNullable<HelmRelease['spec']['valuesFrom']>;

function referencesTo(objects: Record<string, Record<string, string>>): References {
  const read = async (_: string, __: string, refs: ObjectRef[]) =>
    refs.map((ref): KubeObject | undefined => {
      const data = objects[`${ref.kind}/${ref.name}`];
      if (!data) return undefined;
      const encoded =
        ref.kind === 'Secret' ? mapped(data, text => Buffer.from(text).toString('base64')) : data;
      return {
        apiVersion: 'v1',
        kind: ref.kind,
        metadata: { name: ref.name, namespace: 'shop' },
        data: encoded,
      } as never;
    });
  return { read } as unknown as References;
}

const mapped = (data: Record<string, string>, change: (text: string) => string) =>
  Object.fromEntries(Object.entries(data).map(([key, text]) => [key, change(text)]));

const objects = {
  'ConfigMap/shared': {
    'values.yaml': 'a: 1\nb: {c: 2, d: 3}\nlist: [1, 2]\n',
    more: 'b: {c: 4}\n',
    word: 'x,y=z',
    number: '12',
    quoted: '"12"',
    bad: 'a: [1\n',
    list: '- 1\n',
  },
  'Secret/own': { 'values.yaml': 'a: secret\n', word: 'hush' },
};
const shared = (more: object = {}) => ({ kind: 'ConfigMap' as const, name: 'shared', ...more });
const resolve = (valuesFrom: ValuesFrom, values?: object) =>
  valuesOf(hrOf({ valuesFrom, ...(values ? { values } : {}) }), referencesTo(objects));

describe('the values of a release', () => {
  test.each<[string, ValuesFrom, object | undefined, object]>([
    ['are none where nobody gives any', [], undefined, {}],
    ['are those of the spec', [], { a: 1 }, { a: 1 }],
    ['come from a ConfigMap', [shared()], undefined, { a: 1, b: { c: 2, d: 3 }, list: [1, 2] }],
    ['come from a Secret', [{ kind: 'Secret', name: 'own' }], undefined, { a: 'secret' }],
    [
      'are merged in their order',
      [shared(), shared({ valuesKey: 'more' })],
      undefined,
      { a: 1, b: { c: 4, d: 3 }, list: [1, 2] },
    ],
    [
      'have those of the spec above all',
      [shared()],
      { b: { d: 5 }, list: [3] },
      { a: 1, b: { c: 2, d: 5 }, list: [3] },
    ],
    ['are put at a path', [shared({ valuesKey: 'number', targetPath: 'e.f' })], undefined, { e: { f: 12n } }],
    [
      'are put into a list',
      [shared({ valuesKey: 'number', targetPath: 'e[1]' })],
      undefined,
      { e: [null, 12n] },
    ],
    ['are a text in quotes', [shared({ valuesKey: 'quoted', targetPath: 'e' })], undefined, { e: '12' }],
    [
      'may be literal',
      [shared({ valuesKey: 'word', targetPath: 'e', literal: true })],
      undefined,
      { e: 'x,y=z' },
    ],
    ['do without what is optional', [{ kind: 'Secret', name: 'none', optional: true }], { a: 1 }, { a: 1 }],
    [
      'do without a key that is optional',
      [shared({ valuesKey: 'none', optional: true })],
      { a: 1 },
      { a: 1 },
    ],
  ])('%s', async (_, valuesFrom, values, expected) => {
    expect((await resolve(valuesFrom, values)).values).toEqual(expected);
  });

  test.each<[string, ValuesFrom, string]>([
    [
      'a ConfigMap that is not there',
      [{ kind: 'ConfigMap', name: 'none' }],
      `could not resolve ConfigMap chart values reference 'shop/none' with key 'values.yaml': configmaps "none" not found`,
    ],
    [
      'a Secret that is not there',
      [{ kind: 'Secret', name: 'none' }],
      `could not resolve Secret chart values reference 'shop/none' with key 'values.yaml': secrets "none" not found`,
    ],
    [
      'a key that is not there',
      [shared({ valuesKey: 'none' })],
      `could not resolve ConfigMap chart values reference 'shop/shared' with key 'none': key not found`,
    ],
  ])('are missed in the words of Flux: %s', async (_, valuesFrom, message) => {
    await expect(resolve(valuesFrom)).rejects.toThrow(new Failed('ValuesError', message));
  });

  test.each(['bad', 'list'])('are refused where they are none: %s', async valuesKey => {
    await expect(resolve([shared({ valuesKey })])).rejects.toThrow(Failed);
  });

  test('are not told where they come from a Secret', async () => {
    const references = referencesTo({ 'Secret/own': { 'values.yaml': 'hush: [1\n' } });
    const hr = hrOf({ valuesFrom: [{ kind: 'Secret', name: 'own' }] });
    await expect(valuesOf(hr, references)).rejects.toThrow(/^(?!.*hush)/);
  });

  test('come with the Secrets that are to be hidden', async () => {
    const { secrets } = await resolve([shared(), { kind: 'Secret', name: 'own' }]);
    expect(secrets.map(({ metadata }) => metadata.name)).toEqual(['own']);
  });
});
