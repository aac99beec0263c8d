import {
  type CommonStatus,
  type GitRepository,
  gitRepository,
  type HelmRelease,
  helmRelease,
  type Kustomization,
  names,
  type Resource,
} from '@millrace/api';
import { findCondition } from '@millrace/controller';
import { keyOf, type ObjectMeta } from '@millrace/kube';

/** One object of the fleet, and how it stands. */
export interface Standing {
  kind: string;
  /** `namespace/name`. */
  key: string;
  /** `lacking`: of a kind of Flux that this version does not reconcile. */
  state: 'ready' | 'working' | 'failed' | 'suspended' | 'lacking';
  reason: string;
  message: string;
  /** When it was last seen to fail, by the clock that the caller keeps. */
  failedAt: number;
}

/**
 * How every source and Kustomization stands, kept up to date object by object: what an event costs grows with what it
 * changes, never with the fleet. Ready means: for its current spec, and for a Kustomization the revision that its
 * source has now.
 */
export class Standings {
  readonly #sources = new Map<string, GitRepository>();
  readonly #kustomizations = new Map<string, Kustomization>();
  /** Kustomizations by the key of their source. */
  readonly #builtFrom = new Map<string, Set<string>>();
  readonly #releases = new Map<string, HelmRelease>();
  readonly #all = new Map<string, Standing>();
  readonly #byState = new Map<Standing['state'], Map<string, Standing>>();
  /** The latest request that a source has acted upon. */
  handled = '';
  /** When an object last became ready, or a source had another artifact. */
  progressAt = 0;

  source(key: string, source: GitRepository | undefined, now: number): void {
    const before = offered(this.#sources.get(key));
    set(this.#sources, key, source);
    const after = offered(source);
    const handled = source?.status?.lastHandledReconcileAt ?? '';
    if (handled > this.handled) this.handled = handled;
    this.#put(`${gitRepository.kind}/${key}`, source && stateOf(source, true), source, now);
    if (before === after) return;
    this.progressAt = now;
    for (const dependent of this.#builtFrom.get(key) ?? []) this.#judge(dependent, now);
  }

  /** Any other kind, of which nothing else is built here. */
  other(kind: string, key: string, object: Resource | undefined, now: number): void {
    if (kind === helmRelease.kind) set(this.#releases, key, object as HelmRelease | undefined);
    this.#put(`${kind}/${key}`, object && stateOf(object, true), object, now);
  }

  kustomization(key: string, ks: Kustomization | undefined, now: number): void {
    const before = this.#kustomizations.get(key);
    if (before) this.#builtFrom.get(sourceKeyOf(before))?.delete(key);
    set(this.#kustomizations, key, ks);
    if (ks) {
      const source = sourceKeyOf(ks);
      const dependents = this.#builtFrom.get(source) ?? new Set();
      this.#builtFrom.set(source, dependents.add(key));
    }
    this.#judge(key, now);
  }

  /** An object of a kind that nobody reconciles. */
  lacking(kind: string, key: string, exists: boolean, now: number): void {
    const reason = 'NotReconciled';
    const message = `this version of Millrace does not reconcile ${kind} yet`;
    this.#enter(
      `${kind}/${key}`,
      exists ? { kind, key, state: 'lacking', reason, message, failedAt: now } : undefined,
      now,
    );
  }

  /** It was seen to fail once more. */
  failedAgain(kind: string, key: string, now: number): void {
    const standing = this.#all.get(`${kind}/${key}`);
    if (standing?.state === 'failed') standing.failedAt = now;
  }

  get size(): number {
    return this.#all.size;
  }

  /** How many there are of some kinds. */
  countOf(kinds: readonly string[]): number {
    return [...this.#all.values()].filter(({ kind }) => kinds.includes(kind)).length;
  }

  count(state: Standing['state']): number {
    return this.#byState.get(state)?.size ?? 0;
  }

  of(state: Standing['state']): Standing[] {
    return [...(this.#byState.get(state)?.values() ?? [])];
  }

  get(kind: string, key: string): Standing | undefined {
    return this.#all.get(`${kind}/${key}`);
  }

  getKustomization(key: string): Kustomization | undefined {
    return this.#kustomizations.get(key);
  }

  getRelease(key: string): HelmRelease | undefined {
    return this.#releases.get(key);
  }

  getSource(key: string): GitRepository | undefined {
    return this.#sources.get(key);
  }

  #judge(key: string, now: number): void {
    const ks = this.#kustomizations.get(key);
    const kind = 'Kustomization';
    if (!ks) {
      this.#put(`${kind}/${key}`, undefined, undefined, now);
      return;
    }
    const revision = this.#sources.get(sourceKeyOf(ks))?.status?.artifact?.revision ?? '';
    const isGit = ks.spec.sourceRef.kind === gitRepository.kind;
    const upToDate = !isGit || (ks.status?.lastAppliedRevision ?? '') === revision;
    const attempted = !isGit || ks.status?.lastAttemptedRevision === revision;
    const state = stateOf(ks, upToDate);
    // A failure with an earlier revision says nothing of this one.
    const isPast = state === 'failed' && revision !== '' && !attempted && !waits(ks);
    this.#put(`${kind}/${key}`, isPast ? 'working' : state, ks, now);
  }

  #put(id: string, state: Standing['state'] | undefined, object: Resource | undefined, now: number): void {
    if (!object || !state) {
      this.#enter(id, undefined, now);
      return;
    }
    const ready = findCondition((object.status as CommonStatus | undefined)?.conditions, 'Ready');
    const [reason, message] = [ready?.reason ?? '', ready?.message ?? ''];
    const before = this.#all.get(id);
    const isSame = before?.state === state && before.message === message && before.reason === reason;
    const failedAt = isSame ? before.failedAt : now;
    this.#enter(
      id,
      { kind: object.kind, key: keyOf(object.metadata), state, reason, message, failedAt },
      now,
    );
  }

  #enter(id: string, standing: Standing | undefined, now: number): void {
    const before = this.#all.get(id);
    if (before) this.#byState.get(before.state)?.delete(id);
    if (standing?.state === 'ready' && before?.state !== 'ready') this.progressAt = now;
    set(this.#all, id, standing);
    if (!standing) return;
    const same = this.#byState.get(standing.state) ?? new Map<string, Standing>();
    this.#byState.set(standing.state, same.set(id, standing));
  }
}

/** What Kustomizations can build from. */
function offered(source: GitRepository | undefined): string {
  const { revision = '', digest = '', url = '' } = source?.status?.artifact ?? {};
  return `${revision} ${digest} ${url}`;
}

function set<V>(map: Map<string, V>, key: string, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

export function sourceKeyOf(ks: Kustomization): string {
  const { name, namespace = ks.metadata.namespace, kind } = ks.spec.sourceRef;
  return kind === gitRepository.kind ? `${namespace}/${name}` : `${kind}/${namespace}/${name}`;
}

/** It has not tried anything yet, because something else is missing. */
function waits(ks: Kustomization): boolean {
  const reason = findCondition(ks.status?.conditions, 'Ready')?.reason;
  return reason === 'DependencyNotReady' || reason === 'ArtifactFailed';
}

function stateOf(object: Resource, upToDate: boolean): Standing['state'] {
  if ((object.spec as { suspend?: boolean }).suspend) return 'suspended';
  const status = object.status as CommonStatus | undefined;
  const request = object.metadata.annotations?.[names.requestedAt];
  if (request !== undefined && request !== status?.lastHandledReconcileAt) return 'working';
  const ready = findCondition(status?.conditions, 'Ready');
  const isCurrent = isOfGeneration(ready?.observedGeneration, object.metadata);
  if (ready?.status === 'False') return isCurrent ? 'failed' : 'working';
  const observed = isOfGeneration(status?.observedGeneration, object.metadata);
  return ready?.status === 'True' && observed && upToDate ? 'ready' : 'working';
}

function isOfGeneration(observed: number | undefined, { generation }: ObjectMeta): boolean {
  return observed === undefined || observed === generation;
}
