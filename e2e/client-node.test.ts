import { CoreV1Api, KubeConfig, makeInformer, type V1ConfigMap } from '@kubernetes/client-node';
import { startCluster } from '@millrace/cluster';
import { expect, test } from 'vitest';

const namespace = 'default';
const labelSelector = 'team=shop';

test('the informer of @kubernetes/client-node hears of what its client writes', async () => {
  const cluster = await startCluster({ inMemory: true });
  const config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig);
  const api = config.makeApiClient(CoreV1Api);
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const list = () => api.listNamespacedConfigMap({ namespace, labelSelector });
  const informer = makeInformer(config, path, list, labelSelector);
  const heard: string[] = [];
  for (const event of ['add', 'update', 'delete'] as const)
    informer.on(event, (object: V1ConfigMap) => heard.push(`${event} ${object.data?.colour}`));
  const until = (expected: string[]) => expect.poll(() => heard, { timeout: 10_000 }).toEqual(expected);
  try {
    await informer.start();
    const name = 'settings';
    const metadata = { name, labels: { team: 'shop' } };
    await api.createNamespacedConfigMap({ namespace, body: { metadata, data: { colour: 'blue' } } });
    await until(['add blue']);
    await api.replaceNamespacedConfigMap({ namespace, name, body: { metadata, data: { colour: 'red' } } });
    await until(['add blue', 'update red']);
    await api.deleteNamespacedConfigMap({ namespace, name });
    await until(['add blue', 'update red', 'delete red']);
  } finally {
    await informer.stop();
    await cluster.stop();
  }
});
