import type { Kustomization } from '@millrace/api';
import { type KubeClient, watchCache } from '@millrace/kube';
import type { Sample } from './scrape.ts';

/** Somebody who keeps a fleet, under way. */
export interface Run {
  client: KubeClient;
  sample(): Promise<Sample>;
  /** Make the newest commit known, where it is not seen by itself. */
  publish(): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves when all Kustomizations, and the one that makes them, have applied the commit and are ready. */
export async function appliedBy(client: KubeClient, size: number, commit: string): Promise<void> {
  const cache = watchCache<boolean>(
    client,
    { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
    { project: object => hasApplied(object as Kustomization, commit) },
  );
  const done = Promise.withResolvers<void>();
  let count = 0;
  cache.subscribe(({ before = false, after = false }) => {
    count += Number(after) - Number(before);
    if (count === size + 1) done.resolve();
  });
  try {
    await done.promise;
  } finally {
    cache.stop();
  }
}

function hasApplied({ status }: Kustomization, commit: string): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && (status?.lastAppliedRevision?.endsWith(commit) ?? false);
}
