import { delay, type KubeClient, type KubeObject } from '@millrace/kube';
import type { Fate } from './scenario.ts';

/** Stands in for the controllers of workloads: Jobs end, and Deployments become ready, as the scenario says. */
export function playFates(
  client: KubeClient,
  namespace: string,
): { set(fates: Record<string, Fate>): void; stop(): Promise<void> } {
  const fates = new Map<string, Fate>();
  const done = new Set<string>();
  let stopped = false;
  const look = async (kind: keyof typeof versions) => {
    const { items } = await client.listAll<KubeObject>(versions[kind], kind, { namespace, as: 'own' });
    for (const item of items) {
      const fate = fates.get(`${kind}/${item.metadata.name}`);
      const key = `${item.metadata.uid} ${item.metadata.generation} ${fate}`;
      if (!fate || done.has(key)) continue;
      const ref = { apiVersion: versions[kind], kind, namespace, name: item.metadata.name };
      const status = statusOf(kind, fate, item);
      try {
        await client.patch(ref, 'merge', { status } as never, {
          as: 'own',
          fieldManager: 'fate',
          subresource: 'status',
        });
        done.add(key);
      } catch {
        // It is gone, or has changed: the next look shows it.
      }
    }
  };
  const run = async () => {
    while (!stopped) {
      if (fates.size > 0) for (const kind of kinds) await look(kind).catch(() => {});
      await delay(100);
    }
  };
  const running = run();
  return {
    set(more) {
      for (const [name, fate] of Object.entries(more)) fates.set(name, fate);
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}

const versions = { Job: 'batch/v1', Deployment: 'apps/v1', Pod: 'v1' };
const kinds = ['Job', 'Deployment', 'Pod'] as const;

function statusOf(kind: keyof typeof versions, fate: Fate, { metadata }: KubeObject): object {
  const now = new Date().toISOString().replace(/\.\d+/, '');
  const condition = (type: string) => ({
    type,
    status: 'True',
    reason: 'Fate',
    message: 'so it is',
    lastTransitionTime: now,
  });
  if (kind === 'Pod') return { phase: fate === 'fails' ? 'Failed' : 'Succeeded' };
  if (kind === 'Deployment')
    return {
      observedGeneration: metadata.generation,
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: 1,
      availableReplicas: 1,
      conditions: [
        { ...condition('Available'), lastUpdateTime: now },
        { ...condition('Progressing'), reason: 'NewReplicaSetAvailable', lastUpdateTime: now },
      ],
    };
  return fate === 'fails'
    ? {
        startTime: now,
        failed: 1,
        conditions: [condition('FailureTarget'), condition('Failed')],
      }
    : {
        startTime: now,
        completionTime: now,
        succeeded: 1,
        conditions: [condition('SuccessCriteriaMet'), condition('Complete')],
      };
}
