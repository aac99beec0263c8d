import { customResourceDefinition, gitRepository, kustomization } from '@millrace/api';
import { type Cluster, startClusterThread } from '@millrace/cluster';
import type { JsonObject } from '@millrace/json';
import { asKubeObject, type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import { startWeb, type Web } from '../server/web.ts';

/** A page on a cluster with many Kustomizations that nobody reconciles: they are as their status says. */
export interface LargeFleet {
  client: KubeClient;
  kubeconfig: string;
  web: Web;
  /** Let the nth have applied something else. */
  setInventory(n: number, entries: { id: string; v: string }[]): Promise<void>;
  /** Say something else of the nth. */
  change(n: number, isReady: boolean, message: string): Promise<void>;
  stop(): Promise<void>;
}

const own = { as: 'own', fieldManager: 'test' } as const;
/** Of which each has one source, and as many Kustomizations as there are others. */
const namespaces = 50;
const revision = `main@sha1:${'5394cb7f48332b2de7c17dd8b8384bbc84b7e738'}`;

export const nameOf = (n: number) => `app-${String(n).padStart(4, '0')}`;
export const namespaceOf = (n: number) => `team-${n % namespaces}`;

/** @param objects how many objects each Kustomization has in its inventory */
export async function startLargeFleet(count: number, objects: number): Promise<LargeFleet> {
  const cluster: Cluster = await startClusterThread({ inMemory: true, simulate: false });
  const client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
  for (const kind of [kustomization, gitRepository]) await client.apply(customResourceDefinition(kind), own);
  await eachOf(namespaces, async n => {
    const namespace = namespaceOf(n);
    await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, own);
    const source = sourceIn(namespace);
    await client.create(source, own);
    await client.patch({ ...source, namespace, name: 'fleet' }, 'merge', { status: artifact }, statusOf);
  });
  await eachOf(count, async n => {
    const made = kustomizationAt(n);
    const ref = { ...made, namespace: namespaceOf(n), name: nameOf(n) };
    await client.create(made, own);
    await client.patch(ref, 'merge', { status: statusAt(n, n % 100 !== 7, objects) }, statusOf);
  });
  const say = async (n: number, status: JsonObject) => {
    const ref = { ...kustomizationAt(n), namespace: namespaceOf(n), name: nameOf(n) };
    await client.patch(ref, 'merge', { status }, statusOf);
  };
  const web = await startWeb({ client });
  return {
    client,
    kubeconfig: cluster.kubeconfig,
    web,
    setInventory: (n, entries) => say(n, { inventory: { entries } }),
    change: (n, isReady, message) => say(n, { conditions: conditionsOf(isReady, message) }),
    async stop() {
      await web.stop();
      await client.close();
      await cluster.stop();
    },
  };
}

const statusOf = { ...own, subresource: 'status' } as const;

const stored: JsonObject = {
  digest: `sha256:${'0'.repeat(64)}`,
  lastUpdateTime: '2026-01-01T00:00:00Z',
  path: 'fleet.tar.gz',
  url: 'http://source-controller/fleet.tar.gz',
};
const artifact: JsonObject = {
  conditions: conditionsOf(true, 'stored artifact'),
  artifact: { ...stored, revision },
};

function sourceIn(namespace: string) {
  return asKubeObject({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'fleet', namespace },
    spec: { interval: '1m', url: 'https://git.example.com/fleet' },
  });
}

function kustomizationAt(n: number) {
  return asKubeObject({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: nameOf(n), namespace: namespaceOf(n) },
    spec: {
      ...{ interval: '10m', prune: true, path: `./apps/${nameOf(n)}` },
      sourceRef: { kind: 'GitRepository', name: 'fleet' },
      ...(n >= namespaces ? { dependsOn: [{ name: nameOf(n % namespaces) }] } : {}),
    },
  });
}

function statusAt(n: number, isReady: boolean, objects: number): JsonObject {
  const entries = Array.from({ length: objects }, (_, i) => ({
    id: `${namespaceOf(n)}_${nameOf(n)}-${i}__ConfigMap`,
    v: 'v1',
  }));
  const message = isReady ? `Applied revision: ${revision}` : 'Deployment/api is not available';
  return {
    conditions: conditionsOf(isReady, message),
    lastAppliedRevision: revision,
    inventory: { entries },
  };
}

function conditionsOf(isReady: boolean, message: string): JsonObject[] {
  const reason = isReady ? 'ReconciliationSucceeded' : 'HealthCheckFailed';
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  return [{ type: 'Ready', status: isReady ? 'True' : 'False', reason, message, lastTransitionTime }];
}

async function eachOf(count: number, act: (n: number) => Promise<unknown>): Promise<void> {
  const left = Array.from({ length: count }, (_, n) => n).values();
  const worker = async () => {
    for (const n of left) await act(n);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}
