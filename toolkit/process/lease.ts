import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  delay,
  isAlreadyExists,
  isNotFound,
  type KubeClient,
  type KubeObject,
  type ObjectRef,
  watchCache,
} from '@millrace/kube';
import { FlagError } from './flags/index.ts';

export interface LeaseOptions {
  /** `kustomize-controller-leader-election`. */
  name: string;
  namespace: string;
  /** Milliseconds after which a leader that is silent is none any more. */
  leaseDuration: number;
  /** Milliseconds for which a leader tries to renew before it gives up. */
  renewDeadline: number;
  /** Milliseconds between looks. */
  retryPeriod: number;
  /** Free the lease at the end, so that the next need not wait for it to run out. */
  releaseOnCancel: boolean;
}

const apiVersion = 'coordination.k8s.io/v1';
const kind = 'Lease';

/**
 * A leader has to give up before another may begin, and to try more than once before it gives up. Throws FlagError, which
 * says what does not fit (client-go, leaderelection.NewLeaderElector).
 */
export function requireLeaseDurations(options: Omit<LeaseOptions, 'name' | 'namespace'>): void {
  const { leaseDuration, renewDeadline, retryPeriod } = options;
  if (leaseDuration <= renewDeadline)
    throw new FlagError('--leader-election-lease-duration has to be longer than the renew deadline');
  if (renewDeadline <= 1.2 * retryPeriod)
    throw new FlagError('--leader-election-renew-deadline has to be longer than 1.2 retry periods');
}

/** A lease that this process holds. */
export interface HeldLease {
  /** Aborted when it could not be renewed in time: somebody else may lead now. */
  lost: AbortSignal;
  release(): Promise<void>;
}

interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

/**
 * Wait until this process leads, as client-go's leader election does: a Lease names the leader, who renews it, and is
 * taken by another when nothing was seen to change for as long as it lasts. Clocks are not compared: what counts is how
 * long this process has seen the same. Throws the signal's reason.
 */
export async function acquireLease(
  client: KubeClient,
  options: LeaseOptions,
  signal: AbortSignal,
): Promise<HeldLease> {
  const holder = new Holder(client, options);
  const changes = leaseChanges(client, options);
  try {
    while (!(await holder.attempt(signal).catch(() => false))) await changes.wait(holder.patience, signal);
    return holder.hold(signal);
  } finally {
    changes.stop();
  }
}

/** The watch of the Lease tells at once when it is free; who may not watch looks again and again. */
function leaseChanges(client: KubeClient, { name, namespace }: LeaseOptions) {
  let changed = new AbortController();
  const selection = { apiVersion, kind, namespace, fieldSelector: `metadata.name=${name}` };
  const cache = watchCache(client, selection, { project: ({ metadata }) => metadata.resourceVersion });
  cache.subscribe(() => changed.abort());
  return {
    async wait(milliseconds: number, signal: AbortSignal) {
      await delay(milliseconds, AbortSignal.any([signal, changed.signal])).catch(() => {});
      changed = new AbortController();
      signal.throwIfAborted();
    },
    stop: () => cache.stop(),
  };
}

class Holder {
  readonly #client: KubeClient;
  readonly #options: LeaseOptions;
  readonly #identity = `${hostname()}_${randomUUID()}`;
  readonly #ref: ObjectRef;
  #seen = '';
  #seenAt = 0;

  constructor(client: KubeClient, options: LeaseOptions) {
    this.#client = client;
    this.#options = options;
    const { name, namespace } = options;
    this.#ref = { apiVersion, kind, namespace, name };
  }

  /** Milliseconds until the next look: until the lease runs out, unless it is time to look before. */
  get patience(): number {
    const { leaseDuration, retryPeriod } = this.#options;
    const left = this.#seenAt + leaseDuration - performance.now();
    return left > 0 ? Math.min(retryPeriod, left + 1) : retryPeriod;
  }

  /** Take the lease, or renew it. Returns whether it is ours now. */
  async attempt(signal: AbortSignal): Promise<boolean> {
    const lease = await this.#read(signal);
    if (!lease) return this.#create(signal);
    const { holderIdentity = '', acquireTime, leaseTransitions = 0 } = lease.spec ?? {};
    this.#observe(lease);
    const ours = holderIdentity === this.#identity;
    const free = holderIdentity === '' || performance.now() - this.#seenAt > this.#options.leaseDuration;
    if (!ours && !free) return false;
    const now = microTime();
    const spec = {
      holderIdentity: this.#identity,
      leaseDurationSeconds: Math.ceil(this.#options.leaseDuration / 1000),
      acquireTime: ours ? (acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: ours ? leaseTransitions : leaseTransitions + 1,
    };
    return this.#update({ ...lease, spec }, signal);
  }

  hold(signal: AbortSignal): HeldLease {
    const lost = new AbortController();
    const ended = new AbortController();
    const renewing = this.#renew(AbortSignal.any([signal, ended.signal]), lost);
    return {
      lost: lost.signal,
      release: async () => {
        ended.abort();
        await renewing;
        if (this.#options.releaseOnCancel && !lost.signal.aborted) await this.#free();
      },
    };
  }

  async #renew(signal: AbortSignal, lost: AbortController): Promise<void> {
    const { retryPeriod, renewDeadline, name } = this.#options;
    let renewed = performance.now();
    while (!signal.aborted) {
      await delay(retryPeriod, signal).catch(() => {});
      if (signal.aborted) return;
      // An answer after the deadline is of no use: somebody else may have been told that the lease is free.
      const left = Math.max(0, renewed + renewDeadline - performance.now());
      const request = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(left))]);
      const ours = await this.attempt(request).catch(() => undefined);
      if (ours) renewed = performance.now();
      // Somebody else has it, or nobody can tell for too long.
      if (ours === false || performance.now() - renewed > renewDeadline)
        return lost.abort(new Error(`the lease ${name} is lost`));
    }
  }

  async #free(): Promise<void> {
    const lease = await this.#read(AbortSignal.timeout(5000)).catch(() => undefined);
    if (lease?.spec?.holderIdentity !== this.#identity) return;
    const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime() };
    await this.#update({ ...lease, spec }, AbortSignal.timeout(5000)).catch(() => false);
  }

  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    return this.#client.get<Lease>(this.#ref, { as: 'own', signal }).catch(error => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
  }

  async #create(signal: AbortSignal): Promise<boolean> {
    const { apiVersion, kind, name, namespace } = this.#ref;
    const now = microTime();
    const spec = {
      holderIdentity: this.#identity,
      leaseDurationSeconds: Math.ceil(this.#options.leaseDuration / 1000),
      acquireTime: now,
      renewTime: now,
      leaseTransitions: 0,
    };
    const lease = { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}) }, spec };
    return this.#client.create(lease, { as: 'own', signal }).then(
      () => true,
      error => {
        if (isAlreadyExists(error)) return false;
        throw error;
      },
    );
  }

  /** A conflict means that somebody was quicker, and is found out about with the next look. */
  async #update(lease: Lease, signal: AbortSignal): Promise<boolean> {
    await this.#client.update(lease, { as: 'own', signal });
    return true;
  }

  #observe({ spec = {} }: Lease): void {
    const seen = `${spec.holderIdentity} ${spec.renewTime} ${spec.leaseTransitions}`;
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.#seenAt = performance.now();
  }
}

/** As the API writes MicroTime. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
