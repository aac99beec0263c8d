import { formatDuration, type Kustomization, parseDuration } from '@millrace/api';
import { Stalled } from '@millrace/controller';

/** Flux's least timeout, and what it keeps free of an interval that is the timeout too. */
const halfMinute = 30_000;

/** How long a reconcile may take, health checks included: spec.timeout, or the interval but for half a minute. */
export function timeoutOf({ spec }: Kustomization): number {
  const asked = spec.timeout ? parseDuration(spec.timeout) : parseDuration(spec.interval) - halfMinute;
  return Math.max(asked, halfMinute);
}

export function intervalOf(ks: Kustomization): number {
  return parseDuration(ks.spec.interval);
}

/** After a failure: spec.retryInterval, or the interval. */
export function retryIntervalOf(ks: Kustomization): number {
  return parseDuration(ks.spec.retryInterval ?? ks.spec.interval);
}

/** For the Reconciling condition. */
export function buildingOf(ks: Kustomization, source: { revision: string }): string {
  return `Building manifests for revision ${source.revision} with a timeout of ${formatDuration(timeoutOf(ks))}`;
}

/** Throws Stalled for durations that are longer than any that Go can hold: the pattern of the definition allows them. */
export function requireDurations({ spec }: Kustomization): void {
  for (const field of ['interval', 'retryInterval', 'timeout'] as const) {
    try {
      if (spec[field] !== undefined) parseDuration(spec[field]);
    } catch (error) {
      throw new Stalled('InvalidSpec', `spec.${field}: ${(error as Error).message}`, { cause: error });
    }
  }
}
