import type { JsonObject } from '@millrace/json';
import { delay, type KubeClient, type KubeObject, refOf } from '@millrace/kube';

type Living = KubeObject & { status?: { phase?: string; conditions?: object[]; loadBalancer?: JsonObject } };

/** What a kube-apiserver without nodes lacks, by kind: the status of an object that has none of it yet. */
const missing: Record<string, (object: Living) => JsonObject | undefined> = {
  Pod: ({ metadata, status }) => {
    const works = metadata.ownerReferences?.some(({ kind }) => kind === 'Job');
    const phase = works ? 'Succeeded' : 'Running';
    const conditions = ['Ready', 'ContainersReady', 'Initialized', 'PodScheduled'].map(type => ({
      type,
      status: works && type.endsWith('Ready') ? 'False' : 'True',
    }));
    return status?.phase === phase ? undefined : { phase, conditions };
  },
  PersistentVolumeClaim: ({ status }) => (status?.phase === 'Bound' ? undefined : { phase: 'Bound' }),
  Service: ({ spec, status }) =>
    (spec as { type?: string }).type !== 'LoadBalancer' ||
    (status?.loadBalancer && 'ingress' in status.loadBalancer)
      ? undefined
      : { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
};

/** Say of Pods, claims and load balancers that they are up, as nodes and clouds would, until it is stopped. */
export function standInForNodes(client: KubeClient): { stop(): Promise<void> } {
  let stopped = false;
  const work = async () => {
    while (!stopped) {
      for (const [kind, statusFor] of Object.entries(missing)) {
        const { items } = await client.listAll<Living>('v1', kind, { as: 'own' });
        for (const { metadata, spec, ...rest } of items) {
          const object: Living = { ...rest, metadata, spec, apiVersion: 'v1', kind };
          const status = statusFor(object);
          const told = { as: 'own', fieldManager: 'kubelet', subresource: 'status' } as const;
          // It may be gone by now, or changed: the next round sees.
          if (status) await client.patch(refOf(object), 'merge', { status }, told).catch(() => {});
        }
      }
      await delay(200);
    }
  };
  const ended = work();
  return {
    async stop() {
      stopped = true;
      await ended;
    },
  };
}
