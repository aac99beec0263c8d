import { judge } from '@millrace/applier';
import { display, type Health, type KubeObject } from '@millrace/kube';
import {
  type Missing,
  type Observe,
  type Resource,
  type Waiter,
  type WaitWords,
  waiterOn,
} from '@millrace/releases';

/** How helm-controller says what it waits for in vain. */
const words: WaitWords = {
  failFast: true,
  unready(missing, why) {
    const verdict = judge(missing, why === 'failed' ? 0 : 1, 1, why === 'failed');
    return verdict.kind === 'failed' ? verdict.message : '';
  },
  remaining: ([first]: Missing[]) => `${display(first!.ref)} termination timeout: context deadline exceeded`,
};

/** Helm 3 said no more than that the time is over; which objects it was stands behind that. */
const formerWords: WaitWords = {
  ...words,
  unready(missing, why) {
    if (why === 'failed') return missing.map(({ health }) => health.message).join('\n');
    const list = words.unready(missing, why).replace(/^timeout waiting for: /, '');
    return `context deadline exceeded: ${list}`;
  },
};

export interface WaitingOptions {
  observe: Observe;
  strategy: 'watcher' | 'legacy' | 'hookOnly';
  /** What spec.healthCheckExprs says of an object; undefined where it says nothing. */
  healthBy(object: KubeObject): Health | undefined;
  /** Ends waits, but not those for hooks: there is something newer to do. */
  interrupted: AbortSignal;
  /** Told when a wait was ended so. */
  cut?: () => void;
  /** A wait holds nothing that others need. */
  aside<T>(wait: () => Promise<T>): Promise<T>;
}

export function waiterFor({ observe, strategy, healthBy, interrupted, cut, aside }: WaitingOptions): Waiter {
  const waiter = waiterOn(observe, strategy, strategy === 'legacy' ? formerWords : words, healthBy);
  return {
    ready: (resources, options) =>
      aside(async () => {
        const signal = AbortSignal.any([options.signal, interrupted]);
        try {
          await waiter.ready(resources, { ...options, signal });
        } catch (error) {
          if (interrupted.aborted) cut?.();
          throw error;
        }
      }),
    ended: (resources, options) => aside(() => waiter.ended(resources, options)),
    gone: (resources: Resource[], options) => aside(() => waiter.gone(resources, options)),
  };
}
