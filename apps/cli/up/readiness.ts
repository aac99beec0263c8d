import type { CommonStatus, GitRepository, Kustomization, Resource } from '@millrace/api';
import { findCondition } from '@millrace/controller';
import { keyOf } from '@millrace/kube';

/** One object of the fleet, and how it stands. */
export interface Standing {
  kind: string;
  name: string;
  state: 'ready' | 'working' | 'failed' | 'suspended';
  reason: string;
  message: string;
  revision: string;
}

/**
 * How every source and Kustomization stands. Ready means: for its current spec, and for a Kustomization the revision
 * that its source has now.
 */
export function standings(sources: GitRepository[], kustomizations: Kustomization[]): Standing[] {
  const revisions = new Map(
    sources.map(source => [keyOf(source.metadata), source.status?.artifact?.revision ?? '']),
  );
  return [
    ...sources.map(source => standing(source, source.status?.artifact?.revision ?? '', true)),
    ...kustomizations.map(ks => {
      const { name, namespace = ks.metadata.namespace, kind } = ks.spec.sourceRef;
      const applied = ks.status?.lastAppliedRevision ?? '';
      const upToDate = kind !== 'GitRepository' || applied === revisions.get(`${namespace}/${name}`);
      return standing(ks, applied, upToDate);
    }),
  ];
}

function standing(object: Resource, revision: string, upToDate: boolean): Standing {
  const status = object.status as CommonStatus | undefined;
  const ready = findCondition(status?.conditions, 'Ready');
  const said = {
    kind: object.kind,
    name: keyOf(object.metadata),
    revision,
    reason: ready?.reason ?? '',
    message: ready?.message ?? '',
  };
  if ((object.spec as { suspend?: boolean }).suspend) return { ...said, state: 'suspended' };
  if (ready?.status === 'False') return { ...said, state: 'failed' };
  const observed = status?.observedGeneration === object.metadata.generation;
  return { ...said, state: ready?.status === 'True' && observed && upToDate ? 'ready' : 'working' };
}

/** What is not ready, as lines for people. */
export function describeUnready(all: Standing[]): string[] {
  const unready = all.filter(({ state }) => state === 'failed' || state === 'working');
  const width = Math.max(...unready.map(({ kind, name }) => kind.length + name.length + 1), 0);
  return unready.map(({ kind, name, reason, message }) => {
    const subject = `${kind}/${name}`.padEnd(width);
    return `${subject}  ${reason || 'Unknown'}: ${(message || 'nobody has looked at it yet').split('\n').join('\n  ')}`;
  });
}
