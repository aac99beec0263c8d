import { access, entrance } from '../../beside/access.ts';
import { configMap, ref, scenario, yaml } from './build.ts';

const secret = (name: string, key: string, value: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  stringData: { [key]: value },
});
const files = (ns: string) => ({ 'a.yaml': yaml(configMap('a', ns, { one: '1' })) });

/** Other clusters, which are all the one in which the Kustomization is. */
export const clusters = [
  scenario('cluster-of-a-secret', ns => ({
    look: [ref('ConfigMap', 'a')],
    steps: [
      {
        does: 'objects in the cluster of a Secret',
        files: files(ns),
        objects: [secret('there', 'value', access.kubeconfig)],
        spec: { kubeConfig: { secretRef: { name: 'there' } }, wait: true },
      },
      { does: 'they go', deleted: true },
    ],
  })),
  scenario('cluster-of-a-key', ns => ({
    steps: [
      {
        does: 'a key that is not there',
        files: files(ns),
        objects: [secret('there', 'own', access.kubeconfig)],
        spec: { kubeConfig: { secretRef: { name: 'there', key: 'none' } } },
      },
      { does: 'the right one', spec: { kubeConfig: { secretRef: { name: 'there', key: 'own' } } } },
    ],
  })),
  scenario('cluster-in-the-name-of', ns => ({
    steps: [
      {
        does: 'there, in the name of nobody who may do anything',
        files: files(ns),
        objects: [secret('there', 'value', access.kubeconfig)],
        spec: { kubeConfig: { secretRef: { name: 'there' } }, serviceAccountName: 'nobody' },
      },
    ],
  })),
  scenario('cluster-of-a-config-map', ns => ({
    gated: true,
    look: [ref('ConfigMap', 'a')],
    steps: [
      {
        does: 'objects in the cluster of a ConfigMap',
        files: files(ns),
        objects: entrance('there', ns),
        spec: { kubeConfig: { configMapRef: { name: 'there' } } },
      },
      { does: 'they go', deleted: true },
    ],
  })),
  scenario('cluster-of-no-config-map', ns => ({
    gated: true,
    steps: [
      {
        does: 'a ConfigMap that is not there',
        files: files(ns),
        spec: { kubeConfig: { configMapRef: { name: 'there' } } },
      },
      {
        does: 'one of a provider that there is not',
        objects: entrance('there', ns, { provider: 'other' }),
        request: true,
      },
      { does: 'one that is right', objects: entrance('there', ns), request: true, becomes: 'True' },
    ],
  })),
  scenario('cluster-of-a-config-map-not-enabled', ns => ({
    steps: [
      {
        does: 'a ConfigMap, without the gate',
        files: files(ns),
        objects: entrance('there', ns),
        spec: { kubeConfig: { configMapRef: { name: 'there' } } },
      },
    ],
  })),
];
