import type { Kustomization } from '@millrace/api';
import type { Accounts, Cluster, Clusters, Manager, OwnerRules, RemoteRules } from '@millrace/applier';
import type { Artifacts } from '@millrace/artifact';
import type { Failed, References, Sources, Visit } from '@millrace/controller';
import type { JsonObject } from '@millrace/json';
import type { KubeClient } from '@millrace/kube';
import type { Builder } from './build.ts';
import type { Decryption, DecryptionRules } from './decryption/decryption.ts';
import type { DependencyCheck } from './dependencies.ts';
import type { Memory } from './memory.ts';
import { isSaid } from './said.ts';
import type { SourceAccess, SourceState } from './source.ts';
import { intervalOf } from './spec.ts';
import type { Variables } from './substitution.ts';

/** What a reconcile works with. */
export interface Deps extends Accounts, DependencyCheck, SourceAccess {
  /** Of the cluster where the Kustomizations are; so are `home` and `sources`. */
  client: KubeClient;
  /** The Secrets and ConfigMaps that Kustomizations name. */
  home: References;
  /** Where objects are applied. */
  clusters: Clusters;
  remote: RemoteRules;
  decryption: DecryptionRules;
  wake(key: string): void;
  manager: Manager;
  artifacts: Artifacts;
  sources: Sources;
  builder: Builder;
  strictSubstitution: boolean;
  /** --feature-gates=MigrateAPIVersion=true. */
  migrateVersions: boolean;
  /** --http-retry: how often a server of artifacts that is away is asked again before that is a failure. */
  fetchRetries: number;
  /** --concurrent-ssa: how many requests of one apply are under way at once. */
  applyConcurrency: number;
  /** --custom-apply-stage-kinds: `group/Kind` of what is applied before the rest. */
  earlyKinds: ReadonlySet<string>;
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
  /** Why spec.ignore is none. */
  badRules: Failed | undefined;
  variables: Variables;
  decryption: Decryption | undefined;
  fingerprint: string;
  visit: Visit;
  on: Deps;
  now: number;
}

/** Whether the interval has passed since everything was last known to be good. */
export function isDue(ks: Kustomization, memory: Memory, now: number): boolean {
  return memory.goodAt !== undefined && now - memory.goodAt >= intervalOf(ks) * 0.9;
}

/** The work begins that is told of at its end. */
export function begin({ ks, memory, source, now }: Run): void {
  memory.startedAt ??= now;
  const work = `${source.revision} ${ks.metadata.generation}`;
  if (memory.said?.for !== work) memory.said = { for: work, already: isSaid(ks, source) };
}

/** The work has ended, well or badly. */
export function end(memory: Memory): void {
  memory.startedAt = undefined;
  memory.said = undefined;
  memory.changed = undefined;
}

/** Show how far the work is; not while everything may turn out to be as it was. */
export function progress({ memory, visit }: Run, message: string, status?: JsonObject): void {
  if (!memory.said?.already || memory.changed || visit.requested) visit.progress(message, status);
}

/** The metadata of events about a revision. */
export function revisionOf(source: SourceState): Record<string, string> {
  return {
    revision: source.revision,
    ...(source.originRevision ? { originRevision: source.originRevision } : {}),
  };
}
