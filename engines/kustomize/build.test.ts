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
        const patch = (replicas: number, args: string[] | null) =>
          stringify({
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: app },
            spec: { replicas, template: { spec: { containers: [{ name: 'main', args }] } } },
          });
        const plain = { [`${app}.yaml`]: stringify(deployment(app, from)) };
        const kustomization = (patches: string[]) =>
          stringify({ resources: [`${app}.yaml`], patches: patches.map(text => ({ patch: text })) });
        const there = kustomization([patch(to, ['x']), patch(from, null)]);
        expect(build({ files: { ...plain, 'kustomization.yaml': there }, path: '' })).toEqual(
          build({ files: { ...plain, 'kustomization.yaml': kustomization([]) }, path: '' }),
        );
      }),
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
    expect(() => build({ files: fleet(['a'], fields), path: '' })).toThrow(BuildError);
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
