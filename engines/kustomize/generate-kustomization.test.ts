import { parseAll } from '@millrace/yaml';
import { describe, expect, test } from 'vitest';
import { build, generateKustomization, treeOf, withFiles } from './index.ts';

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

describe('a generated kustomization', () => {
  const files = {
    'app/b.yaml': configMap('b'),
    'app/a.yml': configMap('a'),
    'app/README.md': '# not a manifest',
    'app/deep/c.yaml': configMap('c'),
    'app/whole/kustomization.yaml': 'resources: [d.yaml]\nnamePrefix: w-\n',
    'app/whole/d.yaml': configMap('d'),
    'other/e.yaml': configMap('e'),
  };

  test('lists manifests below the directory, and directories with a kustomization as a whole', () => {
    expect(parseAll(generateKustomization(files, './app')!)).toEqual([
      {
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: ['./a.yml', './b.yaml', './deep/c.yaml', './whole'],
      },
    ]);
  });

  test('builds when it is put over the tree', () => {
    const generated = generateKustomization(files, 'app')!;
    const tree = withFiles(treeOf(files), { 'app/kustomization.yaml': generated });
    const { objects } = build({ files: tree, path: 'app' });
    expect(objects.map(object => (object.metadata as { name: string }).name)).toEqual(['a', 'b', 'c', 'w-d']);
  });

  test('is not made where there is one', () => {
    expect(generateKustomization(files, 'app/whole')).toBeUndefined();
  });

  test('of an empty directory builds nothing', () => {
    const generated = generateKustomization({ 'empty/README.md': '' }, 'empty')!;
    expect(build({ files: { 'empty/kustomization.yaml': generated }, path: 'empty' }).objects).toEqual([]);
  });

  test('leaves out what is ignored', () => {
    expect(generateKustomization(files, 'app', path => path !== 'app/b.yaml')).toContain(
      '- ./b.yaml\n- ./whole\n',
    );
  });

  test('names the file and line that holds no Kubernetes object', () => {
    const broken = { 'x/a.yaml': configMap('a'), 'x/values.yaml': '\nreplicas: 1\n' };
    expect(() => generateKustomization(broken, 'x')).toThrow('x/values.yaml:2: kind is missing');
  });
});
