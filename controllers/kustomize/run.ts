import type { Kustomization } from '@millrace/api';
import type { Cluster, Clusters, Manager, OwnerRules } from '@millrace/applier';
import type { Artifacts } from '@millrace/artifact';
import type { References, Visit } from '@millrace/controller';
import type { KubeClient } from '@millrace/kube';
import type { Builder } from './build.ts';
import type { DependencyCheck } from './dependencies.ts';
import type { Accounts } from './identity.ts';
import type { Memory } from './memory.ts';
import type { KubeConfigRules } from './remote-cluster.ts';
import type { SourceState } from './source.ts';
import type { Sources } from './sources.ts';
import { intervalOf } from './spec.ts';

/** What a reconcile works with. */
export interface Deps extends Accounts, DependencyCheck {
  /** Of the cluster where the Kustomizations are; so are `home` and `sources`. */
  client: KubeClient;
  /** The Secrets and ConfigMaps that Kustomizations name. */
  home: References;
  /** Where objects are applied. */
  clusters: Clusters;
  kubeConfigRules: KubeConfigRules;
  manager: Manager;
  artifacts: Artifacts;
  sources: Sources;
  builder: Builder;
  crossNamespaceRefs: boolean;
  strictSubstitution: boolean;
  /** False: --feature-gates=DisableFailFastBehavior=true. */
  failFast: boolean;
}

/** One reconcile: the object, what is remembered of it, and what it is to become. */
export interface Run {
  ks: Kustomization;
  /** `namespace/name`. */
  key: string;
  memory: Memory;
  source: SourceState;
  cluster: Cluster;
  rules: OwnerRules;
  fingerprint: string;
  visit: Visit;
  on: Deps;
  now: number;
}

/** Whether the interval has passed since everything was last known to be good. */
export function isDue(ks: Kustomization, memory: Memory, now: number): boolean {
  return memory.goodAt !== undefined && now - memory.goodAt >= intervalOf(ks) * 0.9;
}

/** The metadata of events about a revision. */
export function revisionOf(source: SourceState): Record<string, string> {
  return {
    revision: source.revision,
    ...(source.originRevision ? { originRevision: source.originRevision } : {}),
  };
}
