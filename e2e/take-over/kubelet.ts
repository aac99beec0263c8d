import { delay, type KubeClient, refOf } from '@millrace/kube';

const as = { as: 'own', fieldManager: 'kubelet' } as const;

/** A kube-apiserver by itself brings no Deployment to life: say that those of a namespace run, until it is stopped. */
export function pretendToRun(client: KubeClient, namespace: string): { stop(): Promise<void> } {
  let stopped = false;
  const work = async () => {
    while (!stopped) {
      const { items } = await client.listAll('apps/v1', 'Deployment', { namespace, as: 'own' });
      for (const { metadata } of items) {
        const ref = refOf({ apiVersion: 'apps/v1', kind: 'Deployment', metadata });
        const status = running(metadata.generation ?? 1);
        await client.patch(ref, 'merge', { status }, { ...as, subresource: 'status' });
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

const running = (observedGeneration: number) => ({
  observedGeneration,
  replicas: 1,
  readyReplicas: 1,
  availableReplicas: 1,
  updatedReplicas: 1,
  conditions: [
    { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: '' },
    { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: '' },
  ],
});
