import { build, treeOf } from '@millrace/kustomize';
import { describe, expect, test } from 'vitest';
import { normalPath, PathNotFound, withSpec } from './overlay.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const deployment =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: c, image: "web:1"}]}}}\n';

function objects(files: Record<string, string>, spec: Parameters<typeof withSpec>[1]) {
  const all = Object.fromEntries(Object.entries(files).map(([path, text]) => [path, bytes(text)]));
  const before = structuredClone(all);
  const result = build({ ...withSpec(treeOf(all), spec), options: { loadRestrictor: 'none' } }).objects;
  expect(all).toEqual(before);
  return result as {
    metadata: { name: string; namespace?: string };
    spec: { template: { spec: { containers: { image: string }[] } } };
  }[];
}

describe('what the spec adds to a kustomization', () => {
  test('a kustomization that lists nothing tells where what it generates comes from', () => {
    const files = { 'app/kustomization.yaml': 'configMapGenerator: [{name: a, literals: [x=y]}]\n' };
    expect(JSON.stringify(objects(files, { path: 'app' }))).toContain('configuredIn: kustomization.yaml');
  });

  test('a folder without one lists its manifests', () => {
    expect(
      objects({ 'app/a.yaml': deployment, 'app/notes.txt': 'x' }, { path: './app' }).map(
        o => o.metadata.name,
      ),
    ).toEqual(['web']);
  });

  test('namespace, prefix, suffix, images and patches', () => {
    const patch = '- op: add\n  path: /metadata/annotations\n  value: {patched: "yes"}\n';
    const [web] = objects(
      {
        'app/a.yaml': deployment,
        'app/kustomization.yaml':
          'resources: [a.yaml]\nimages: [{name: web, newName: registry/web, digest: "sha256:00"}]\n',
      },
      {
        path: 'app/',
        targetNamespace: 'shop',
        namePrefix: 'a-',
        nameSuffix: '-z',
        images: [{ name: 'web', newTag: '2' }],
        patches: [{ patch, target: { kind: 'Deployment' } }],
      },
    );
    expect(web).toMatchObject({
      metadata: { name: 'a-web-z', namespace: 'shop', annotations: { patched: 'yes' } },
    });
    expect(web!.spec.template.spec.containers[0]!.image).toBe('registry/web:2');
  });

  test.each([
    [{ name: 'web', newTag: '2' }, 'registry/web:2'],
    [{ name: 'web', newName: 'mirror/web' }, 'mirror/web@sha256:00'],
    [{ name: 'web', digest: 'sha256:11' }, 'registry/web@sha256:11'],
    [{ name: 'web', newTag: '2', digest: 'sha256:11' }, 'registry/web:2@sha256:11'],
    [{ name: 'web', newTag: '' }, 'registry/web@sha256:00'],
    [{ name: 'other', newTag: '2' }, 'registry/web@sha256:00'],
  ])('the image %j is laid over the one of the file', (image, result) => {
    const files = {
      'a.yaml': deployment,
      'kustomization.yaml':
        'resources: [a.yaml]\nimages: [{name: web, newName: registry/web, digest: "sha256:00"}]\n',
    };
    const [web] = objects(files, { path: '.', images: [image] });
    expect(web!.spec.template.spec.containers[0]!.image).toBe(result);
  });

  test.each(['https://example.com/x', '/etc', 'file:///etc', 'git@example.com:x/y'])(
    'the component %s is refused',
    component => {
      const files = { 'a.yaml': deployment };
      const fail = () =>
        objects(files, { path: '.', components: [component], ignoreMissingComponents: true });
      expect(fail).toThrow(`component path '${component}' must be local and relative`);
    },
  );

  test('a missing component is passed over only where the spec says so', () => {
    const files = { 'app/a.yaml': deployment };
    expect(() => objects(files, { path: 'app', components: ['../none'] })).toThrow(/none/);
    expect(
      objects(files, { path: 'app', components: ['../none'], ignoreMissingComponents: true }),
    ).toHaveLength(1);
  });

  test('a path that is not there is named, and none leads out', () => {
    expect(() => objects({ 'app/a.yaml': deployment }, { path: './other' })).toThrow(PathNotFound);
    expect(normalPath('../../x')).toBe('x');
    expect(normalPath('./a/../b//c/')).toBe('b/c');
  });

  test('a key that is given twice counts the last time, and is told', () => {
    const files = {
      'app/a.yaml': deployment,
      'app/kustomization.yaml': 'resources: [a.yaml]\nnamePrefix: a-\nnamePrefix: b-\n',
    };
    const { warnings } = withSpec(treeOf(files), { path: 'app', nameSuffix: '-z' });
    expect(warnings).toEqual([
      'app/kustomization.yaml:3: the key "namePrefix" is given twice (before on line 2): the last one counts',
    ]);
    expect(objects(files, { path: 'app', nameSuffix: '-z' })[0]!.metadata.name).toBe('b-web-z');
  });
});
