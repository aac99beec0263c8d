import type { Kustomization } from '@millrace/api';
import type { KubeClient } from '@millrace/kube';
import type { Sample } from './scrape.ts';
import { untilAll } from './until-all.ts';

/** Somebody who keeps a fleet, under way. */
export interface Run {
  client: KubeClient;
  sample(): Promise<Sample>;
  /** Make the newest commit known, where it is not seen by itself. */
  publish(): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves when all Kustomizations, and the one that makes them, have applied the commit and are ready. */
export function appliedBy(client: KubeClient, size: number, commit: string): Promise<void> {
  const selection = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' };
  return untilAll<Kustomization>(client, selection, size + 1, object => hasApplied(object, commit));
}

function hasApplied({ status }: Kustomization, commit: string): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && (status?.lastAppliedRevision?.endsWith(commit) ?? false);
}
