import { access, entrance } from '../../beside/access.ts';
import { chart, ref, scenario } from './build.ts';

const secret = (name: string, key: string, value: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  stringData: { [key]: value },
});

/** Other clusters, which are all the one in which the HelmRelease is. */
export const clusters = [
  scenario('cluster-of-a-secret', () => ({
    look: [ref('ConfigMap', 'app')],
    steps: [
      {
        does: 'a release in the cluster of a Secret',
        chart: chart(),
        objects: [secret('there', 'value', access.kubeconfig)],
        spec: { kubeConfig: { secretRef: { name: 'there' } } },
      },
      {
        does: 'other values',
        spec: { values: { motto: 'two' } },
      },
      { does: 'it goes', deleted: true },
    ],
  })),
  scenario('cluster-of-a-key', () => ({
    steps: [
      {
        does: 'a key that is not there',
        chart: chart(),
        objects: [secret('there', 'own', access.kubeconfig)],
        spec: { kubeConfig: { secretRef: { name: 'there' } } },
        endless: true,
      },
      {
        does: 'another one',
        spec: { kubeConfig: { secretRef: { name: 'there', key: 'none' } } },
        endless: true,
      },
      { does: 'the right one', spec: { kubeConfig: { secretRef: { name: 'there', key: 'own' } } } },
    ],
  })),
  scenario('cluster-in-the-name-of', () => ({
    steps: [
      {
        does: 'there, in the name of nobody who may do anything',
        chart: chart(),
        objects: [secret('there', 'value', access.kubeconfig)],
        spec: { kubeConfig: { secretRef: { name: 'there' } }, serviceAccountName: 'nobody' },
        endless: true,
      },
    ],
  })),
  scenario('cluster-of-a-config-map', ns => ({
    gated: true,
    look: [ref('ConfigMap', 'app')],
    steps: [
      {
        does: 'a release in the cluster of a ConfigMap',
        chart: chart(),
        objects: entrance('there', ns),
        spec: { kubeConfig: { configMapRef: { name: 'there' } } },
      },
      { does: 'an upgrade that is refused', spec: { values: { broken: true } } },
      { does: 'it goes', deleted: true },
    ],
  })),
  scenario('cluster-of-no-config-map', ns => ({
    gated: true,
    steps: [
      {
        does: 'a ConfigMap that is not there',
        chart: chart(),
        spec: { kubeConfig: { configMapRef: { name: 'there' } } },
        endless: true,
      },
      {
        does: 'one of a provider that there is not',
        objects: entrance('there', ns, { provider: 'other' }),
        request: true,
        endless: true,
      },
      {
        does: 'one that is right',
        objects: entrance('there', ns),
        request: true,
        becomes: 'True',
      },
    ],
  })),
  scenario('cluster-of-a-config-map-not-enabled', ns => ({
    steps: [
      {
        does: 'a ConfigMap, without the gate',
        chart: chart(),
        objects: entrance('there', ns),
        spec: { kubeConfig: { configMapRef: { name: 'there' } } },
        endless: true,
      },
    ],
  })),
];
