import { type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../index.ts';

const fields = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'wheels.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'wheels', singular: 'wheel', kind: 'Wheel', listKind: 'WheelList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: fields } }],
  },
};

describe('what the cluster serves, asked for again and again', () => {
  let cluster: Cluster;
  let client: KubeClient;
  let answers: [path: string, code: number][];
  beforeAll(async () => {
    cluster = await startCluster({ inMemory: true });
    client = kubeClient(loadConnection({ text: cluster.kubeconfig }), {
      onAnswer: ({ path }, code) => {
        if (path === '/api' || path === '/apis') answers.push([path, code]);
      },
    });
  });
  afterAll(async () => {
    await client.close();
    await cluster.stop();
  });

  const ask = async () => {
    answers = [];
    client.discovery.invalidate();
    const all = await client.discovery.all();
    return { kinds: all.map(({ kind }) => kind), codes: Object.fromEntries(answers) };
  };

  test('is not sent twice, and what was defined in between is there', async () => {
    const first = await ask();
    expect(first.codes).toEqual({ '/api': 200, '/apis': 200 });
    const again = await ask();
    expect(again).toEqual({ kinds: first.kinds, codes: { '/apis': 304 } });
    await client.create(definition, { as: 'own' });
    const third = await expect
      .poll(ask)
      .toMatchObject({ codes: { '/api': 304, '/apis': 200 } })
      .then(ask);
    expect(third.kinds).toContain('Wheel');
    expect(third.codes).toEqual({ '/apis': 304 });
  });
});
