import { stringify } from '@millrace/yaml';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BuildError, build, type RemoteLoader, render, treeOf } from './index.ts';

const deployment = (name: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    template: {
      spec: { containers: [{ name: 'main', image: 'nginx', envFrom: [{ configMapRef: { name: 'cfg' } }] }] },
    },
  },
});

const name = fc
  .stringMatching(/^[a-z][a-z0-9]{0,7}$/)
  .filter(text => !/^(?:y|n|no|on|yes|off|true|null|false)$/.test(text));
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 8 });

function patchOf(app: string, replicas: number, args: string[] | null): string {
  return stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app },
    spec: { replicas, template: { spec: { containers: [{ name: 'main', args }] } } },
  });
}

function fleet(apps: string[], fields: Record<string, unknown>): Record<string, string> {
  const files: Record<string, string> = {
    'kustomization.yaml': stringify({ ...fields, resources: apps.map(app => `${app}.yaml`) } as never),
  };
  apps.forEach((app, i) => {
    files[`${app}.yaml`] = stringify(deployment(app, i));
  });
  return files;
}

const overlay = {
  namespace: 'prod',
  namePrefix: 'p-',
  labels: [{ pairs: { team: 'x' }, includeSelectors: true }],
  images: [{ name: 'nginx', newTag: '1.25' }],
  configMapGenerator: [{ name: 'cfg', literals: ['a=b'] }],
};

describe('a build', () => {
  test('gives the same for the same input, and does not change it', () => {
    fc.assert(
      fc.property(names, apps => {
        const files = fleet(apps, overlay);
        const before = { ...files };
        const first = render(build({ files, path: '' }).objects);
        expect(render(build({ files: treeOf(files), path: '.' }).objects)).toBe(first);
        expect(files).toEqual(before);
      }),
    );
  });

  test('leaves bytes that it is given as they are, and takes files in any order', () => {
    fc.assert(
      fc.property(names, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (apps, random) => {
        const texts = fleet(apps, { ...overlay, patches: [{ patch: patchOf(apps[0]!, 7, null) }] });
        const bytes = Object.entries(texts).map(
          ([path, text]) => [path, new TextEncoder().encode(text)] as const,
        );
        const before = bytes.map(([path, content]) => [path, [...content]]);
        const shuffled = bytes
          .map(entry => ({ entry, at: random.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ entry }) => entry);
        expect(build({ files: Object.fromEntries(shuffled), path: '' })).toEqual(
          build({ files: texts, path: '' }),
        );
        expect(bytes.map(([path, content]) => [path, [...content]])).toEqual(before);
      }),
    );
  });

  test('gives objects that later builds of the same tree do not share', () => {
    const tree = treeOf(fleet(['a'], overlay));
    const [first, second] = [build({ files: tree, path: '' }), build({ files: tree, path: '' })];
    for (const object of first.objects) object.kind = 'Changed';
    expect(build({ files: tree, path: '' })).toEqual(second);
  });

  test('does not depend on the order of unrelated resources', () => {
    fc.assert(
      fc.property(names, apps => {
        const files = fleet(apps, overlay);
        const reversed = { ...files, ...fleet([...apps].reverse(), overlay) };
        for (const app of apps) reversed[`${app}.yaml`] = files[`${app}.yaml`]!;
        expect(build({ files: reversed, path: '' })).toEqual(build({ files, path: '' }));
      }),
    );
  });

  test('patched and patched back is what it was', () => {
    fc.assert(
      fc.property(name, fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 99 }), (app, from, to) => {
        const plain = { [`${app}.yaml`]: stringify(deployment(app, from)) };
        const kustomization = (patches: string[]) =>
          stringify({ resources: [`${app}.yaml`], patches: patches.map(text => ({ patch: text })) });
        const there = kustomization([patchOf(app, to, ['x']), patchOf(app, from, null)]);
        expect(build({ files: { ...plain, 'kustomization.yaml': there }, path: '' })).toEqual(
          build({ files: { ...plain, 'kustomization.yaml': kustomization([]) }, path: '' }),
        );
      }),
    );
  });

  test('patched and patched back by JSON patches is what it was', () => {
    fc.assert(
      fc.property(name, fc.jsonValue({ maxDepth: 3 }), (app, value) => {
        fc.pre(!JSON.stringify(value).includes('__proto__'));
        const target = { kind: 'Deployment' };
        const patches = [
          { target, patch: JSON.stringify([{ op: 'add', path: '/spec/extra', value }]) },
          { target, patch: JSON.stringify([{ op: 'remove', path: '/spec/extra' }]) },
        ];
        expect(build({ files: fleet([app], { patches }), path: '' })).toEqual(
          build({ files: fleet([app], {}), path: '' }),
        );
      }),
    );
  });

  test('rounds whole numbers that JSON cannot hold, and says so, unless they are asked for', () => {
    const files = {
      'kustomization.yaml': 'resources: [a.yaml]',
      'a.yaml': 'apiVersion: x.io/v1\nkind: X\nmetadata: {name: a}\nspec: [9007199254740993]\n',
    };
    const rounded = build({ files, path: '' });
    expect(JSON.stringify(rounded.objects)).toContain('[9007199254740992]');
    expect(rounded.warnings).toEqual([expect.stringContaining('9007199254740993 at /spec/0')]);
    const exact = build({ files, path: '', options: { integers: 'exact' } });
    expect(render(exact.objects)).toContain('- 9007199254740993\n');
    expect(exact.warnings).toEqual([]);
  });

  test('a remote base that leads back to itself is an error', () => {
    const again = 'https://example.com/base?ref=v1';
    const loader: RemoteLoader = () => ({
      files: treeOf({ 'kustomization.yaml': `resources: ["${again}"]` }),
      path: '',
    });
    const files = { 'kustomization.yaml': `resources: ["${again}"]` };
    expect(() => build({ files, path: '', loader })).toThrow(/leads back to itself/);
  });

  test('a patch item without its merge key is an error where kustomize would lose the list', () => {
    const patch = stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'a' },
      spec: { template: { spec: { containers: [{ image: 'other' }] } } },
    });
    expect(() => build({ files: fleet(['a'], { patches: [{ patch }] }), path: '' })).toThrow(
      /patches\[0\]: .* an item of the patch has no name/,
    );
  });

  test('warns of deprecated fields, by file', () => {
    const files = { ...fleet(['a'], { commonLabels: { a: 'b' } }) };
    expect(build({ files, path: '' }).warnings).toEqual([
      "kustomization.yaml: 'commonLabels' is deprecated, use 'labels' instead",
    ]);
  });

  test('takes remote bases from the loader that it is given', () => {
    const loader: RemoteLoader = url => {
      if (url === 'https://example.com/base?ref=v1') return { files: treeOf(fleet(['far'], {})), path: '' };
      return url.endsWith('.yaml')
        ? { file: new TextEncoder().encode(stringify(deployment('file', 1))) }
        : undefined;
    };
    const resources = ['https://example.com/base?ref=v1', 'https://example.com/one.yaml'];
    const files = { 'kustomization.yaml': stringify({ resources }) };
    const { objects } = build({ files, path: '', loader });
    expect(objects.map(({ metadata }) => (metadata as { name: string }).name)).toEqual(['far', 'file']);
    expect(() => build({ files, path: '' })).toThrow(/resources\[0\]: .* is remote/);
  });

  test('an error says where in parts, too', () => {
    const files = { ...fleet(['a'], {}), 'a.yaml': 'apiVersion: v1\nkind: [x\n' };
    try {
      build({ files, path: '' });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(BuildError);
      expect(error).toMatchObject({
        file: 'a.yaml',
        line: 2,
        field: 'resources[0]',
        kustomization: 'kustomization.yaml',
        problem: '[ is not closed by ]',
      });
    }
  });

  test('does not show the value of a literal in an error', () => {
    const secretGenerator = [{ name: 's', literals: ['=hunter2'] }];
    const files = { 'kustomization.yaml': stringify({ secretGenerator }) };
    expect(() => build({ files, path: '' })).toThrow(
      /secretGenerator\[0\] \(s\): a literal must have the form key=value/,
    );
    expect(() => build({ files, path: '' })).not.toThrow(/hunter2/);
  });

  test.each([
    {
      patches: [
        { target: { kind: 'Deployment' }, patch: '[{"op": "add", "path": "/__proto__/bad", "value": 1}]' },
      ],
    },
    {
      patches: [
        { target: { kind: 'Deployment' }, patch: '[{"op": "add", "path": "/constructor/bad", "value": 1}]' },
      ],
    },
    { labels: [{ pairs: { bad: 'x' }, fields: [{ path: '__proto__/labels', create: true }] }] },
    {
      replacements: [
        {
          sourceValue: 'x',
          targets: [
            { select: { kind: 'Deployment' }, fieldPaths: ['__proto__.bad'], options: { create: true } },
          ],
        },
      ],
    },
    { configMapGenerator: [{ name: 'c', literals: ['__proto__=x'] }] },
  ])('leaves what all objects inherit alone: %j', fields => {
    try {
      expect(build({ files: fleet(['a'], fields), path: '' }).objects.length).toBeGreaterThan(0);
    } catch (error) {
      expect(error).toBeInstanceOf(BuildError);
    }
    expect(({} as { bad?: unknown }).bad).toBeUndefined();
  });

  test('a thousand objects with fifty patches share no work that grows with the square', () => {
    const apps = Array.from({ length: 1000 }, (_, i) => `app${i}`);
    const patches = apps.slice(0, 50).map(app => ({
      patch: stringify({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: app },
        spec: { paused: true },
      }),
    }));
    const { objects } = build({ files: fleet(apps, { ...overlay, patches }), path: '' });
    expect(objects).toHaveLength(1001);
    expect(objects.filter(({ spec }) => (spec as { paused?: boolean } | undefined)?.paused)).toHaveLength(50);
  });
});

const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: "1"}\n';

describe('a key that is given twice', () => {
  const files = {
    'kustomization.yaml': 'resources: [a.yaml]\nnamePrefix: a-\nnamePrefix: b-\npatches: [{path: p.yaml}]\n',
    'a.yaml': configMap,
    'p.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {y: "1"}\ndata: {z: "1"}\n',
  };

  test('counts as in kustomize, and a warning names both places', () => {
    const { objects, warnings } = build({ files, path: '' });
    expect(objects).toEqual([
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b-a' }, data: { x: '1', y: '1' } },
    ]);
    expect(warnings).toEqual([
      'kustomization.yaml: the key "namePrefix" is given twice, on lines 2 and 3: the last one counts',
      'p.yaml: the key "data" is given twice, on lines 4 and 5: the first one counts',
    ]);
  });

  test('is an error where the build is strict, and in resources always', () => {
    const run = (more: Record<string, string>, strict: boolean) => () =>
      build({ files: { ...files, ...more }, path: '', options: { strict } });
    expect(run({}, true)).toThrow('kustomization.yaml:3');
    expect(run({ 'kustomization.yaml': 'resources: [a.yaml]\npatches: [{path: p.yaml}]' }, true)).toThrow(
      'p.yaml:5',
    );
    expect(run({ 'a.yaml': `${configMap}data: {}\n` }, false)).toThrow('the key "data" is given twice');
  });

  test('half a million of them are read once, and twenty are named', () => {
    const text = `${files['kustomization.yaml']}labels:\n- pairs: {a: b}\ncommonAnnotations:\n${'  a: b\n'.repeat(500_000)}`;
    const { warnings } = build({ files: { ...files, 'kustomization.yaml': text }, path: '' });
    expect(warnings).toHaveLength(22);
    expect(warnings[20]).toBe('kustomization.yaml: 499980 more keys are given twice');
  });
});

describe('an unknown key of the kustomization at the top', () => {
  const files = {
    'kustomization.yaml': 'resources: [a.yaml, base]\ncommonLabel: {tier: back}\nlabels: [{pair: {a: b}}]\n',
    'a.yaml': configMap,
    'base/kustomization.yaml': 'namePrefix: p-\nresources: [b.yaml]\n',
    'base/b.yaml': configMap,
  };

  test('is an error, or left out with a warning', () => {
    expect(() => build({ files, path: '' })).toThrow('labels[0].pair: no such field');
    const { objects, warnings } = build({ files, path: '', options: { lenientRoot: true } });
    expect(objects.map(object => (object.metadata as { name: string }).name)).toEqual(['a', 'p-a']);
    expect(warnings).toEqual([
      'kustomization.yaml: labels[0].pair: no such field; it is left out',
      'kustomization.yaml: commonLabel: no such field; it is left out',
    ]);
  });

  test('stays an error in a base', () => {
    const more = { ...files, 'base/kustomization.yaml': 'prefix: p-\nresources: [b.yaml]\n' };
    expect(() => build({ files: more, path: '', options: { lenientRoot: true } })).toThrow(
      'prefix: no such field',
    );
  });
});
