import { expect, test } from 'vitest';
import { inCurrentVersion, kinds } from './index.ts';

const kustomization = (apiVersion: string, spec: object) => ({
  apiVersion,
  kind: 'Kustomization',
  metadata: { name: 'app' },
  spec,
});

test.each(['v1beta1', 'v1beta2'])('the patches of a Kustomization of %s are patches of v1', version => {
  const former = kustomization(`kustomize.toolkit.fluxcd.io/${version}`, {
    path: './app',
    validation: 'client',
    patches: [{ patch: 'a: b', target: { kind: 'Service' } }],
    patchesStrategicMerge: [{ kind: 'Deployment', metadata: { name: 'a' } }],
    patchesJson6902: [{ patch: [{ op: 'remove', path: '/spec/x' }], target: { kind: 'Ingress', name: 'b' } }],
  });
  expect(inCurrentVersion(former, kinds)).toEqual(
    kustomization('kustomize.toolkit.fluxcd.io/v1', {
      path: './app',
      patches: [
        { patch: '{"kind":"Deployment","metadata":{"name":"a"}}' },
        { patch: '[{"op":"remove","path":"/spec/x"}]', target: { kind: 'Ingress', name: 'b' } },
        { patch: 'a: b', target: { kind: 'Service' } },
      ],
    }),
  );
});

test('fields without a meaning are left out of a GitRepository', () => {
  const former = {
    apiVersion: 'source.toolkit.fluxcd.io/v1beta2',
    kind: 'GitRepository',
    metadata: { name: 'a' },
    spec: { url: 'https://example.com/a', gitImplementation: 'libgit2', accessFrom: {} },
  };
  expect(inCurrentVersion(former, kinds)).toMatchObject({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    spec: { url: 'https://example.com/a' },
  });
});

test.each([
  ['in the current version', kustomization('kustomize.toolkit.fluxcd.io/v1', { validation: 'none' })],
  ['of another group', kustomization('kustomize.config.k8s.io/v1beta1', { patchesStrategicMerge: [] })],
  ['in a version that never was', kustomization('kustomize.toolkit.fluxcd.io/v1alpha1', {})],
])('an object %s stays as it is', (_, object) => expect(inCurrentVersion(object, kinds)).toBe(object));

test.each(['v2beta1', 'v2beta2'])(
  'the values file and the patches of a HelmRelease of %s are those of v2',
  version => {
    const release = (apiVersion: string, spec: object) => ({
      apiVersion: `helm.toolkit.fluxcd.io/${apiVersion}`,
      kind: 'HelmRelease',
      metadata: { name: 'app' },
      spec: { interval: '5m', ...spec },
    });
    const sourceRef = { kind: 'GitRepository', name: 'fleet' };
    const former = release(version, {
      chart: { spec: { chart: './app', sourceRef, valuesFile: 'first.yaml', valuesFiles: ['second.yaml'] } },
      postRenderers: [
        {
          kustomize: {
            images: [{ name: 'app', newTag: '2' }],
            patchesStrategicMerge: [{ kind: 'Deployment', metadata: { name: 'a' } }],
            patchesJson6902: [{ patch: [{ op: 'remove', path: '/spec/x' }], target: { name: 'b' } }],
          },
        },
      ],
    });
    expect(inCurrentVersion(former, kinds)).toEqual(
      release('v2', {
        chart: { spec: { chart: './app', sourceRef, valuesFiles: ['first.yaml', 'second.yaml'] } },
        postRenderers: [
          {
            kustomize: {
              images: [{ name: 'app', newTag: '2' }],
              patches: [
                { patch: '{"kind":"Deployment","metadata":{"name":"a"}}' },
                { patch: '[{"op":"remove","path":"/spec/x"}]', target: { name: 'b' } },
              ],
            },
          },
        ],
      }),
    );
  },
);
