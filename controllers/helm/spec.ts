import { createHash } from 'node:crypto';
import { type HelmRelease, parseDuration } from '@millrace/api';
import { Stalled } from '@millrace/controller';

/** What the spec comes to where it says nothing (helm-controller, docs/spec/v2/helmreleases.md). */

const fiveMinutes = 300_000;

export function intervalOf({ spec }: HelmRelease): number {
  return parseDuration(spec.interval);
}

/** @param own of the action, where it has one */
export function timeoutOf({ spec }: HelmRelease, own?: string): number {
  const text = own ?? spec.timeout;
  return text === undefined ? fiveMinutes : parseDuration(text);
}

/** The longest that a name of Helm's may be: what is longer ends in a digest of itself. */
const longestName = 53;
const digits = 12;

export function releaseNameOf({ spec, metadata }: HelmRelease): string {
  const name =
    spec.releaseName || (spec.targetNamespace ? `${spec.targetNamespace}-${metadata.name}` : metadata.name);
  if (name.length <= longestName) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, digits);
  return `${name.slice(0, longestName - digits - 1)}-${digest}`;
}

export function releaseNamespaceOf({ spec, metadata }: HelmRelease): string {
  return spec.targetNamespace || metadata.namespace || '';
}

export function storageNamespaceOf({ spec, metadata }: HelmRelease): string {
  return spec.storageNamespace || metadata.namespace || '';
}

/** How many revisions are kept; 0 keeps all. */
export function maxHistoryOf({ spec }: HelmRelease): number {
  return spec.maxHistory ?? 5;
}

export type ActionName = 'install' | 'upgrade';

/** What is done when an action fails. */
export interface Remediation {
  /** Tries after the first; below 0 without end. */
  retries: number;
  ignoreTestFailures: boolean;
  /** The last failure too. */
  remediateLast: boolean;
  strategy: 'rollback' | 'uninstall';
}

export function remediationOf({ spec }: HelmRelease, action: ActionName): Remediation {
  const { retries = 0, ignoreTestFailures, remediateLastFailure } = spec[action]?.remediation ?? {};
  const ignoreTests = ignoreTestFailures ?? spec.test?.ignoreFailures ?? false;
  if (action === 'install')
    return {
      retries,
      ignoreTestFailures: ignoreTests,
      remediateLast: remediateLastFailure ?? false,
      strategy: 'uninstall',
    };
  return {
    retries,
    ignoreTestFailures: ignoreTests,
    remediateLast: remediateLastFailure ?? retries > 0,
    strategy: spec.upgrade?.remediation?.strategy ?? 'rollback',
  };
}

export function isExhausted({ retries }: Remediation, failures: number): boolean {
  return retries >= 0 && failures > retries;
}

/** Milliseconds until a failed action is tried again as it is, without remediation; undefined where it is remediated. */
export function retryIntervalOf(
  { spec }: HelmRelease,
  action: ActionName,
  byDefault: boolean,
): number | undefined {
  const strategy = spec[action]?.strategy ?? (byDefault ? { name: 'RetryOnFailure' } : undefined);
  if (strategy?.name !== 'RetryOnFailure') return undefined;
  const { retryInterval } = strategy as { retryInterval?: string };
  return retryInterval === undefined ? fiveMinutes : parseDuration(retryInterval);
}

export function detectsDrift({ spec }: HelmRelease): boolean {
  return ['enabled', 'warn'].includes(spec.driftDetection?.mode ?? 'disabled');
}

/** Throws Stalled for durations that are longer than any that Go can hold: the pattern of the definition allows them. */
export function requireDurations({ spec }: HelmRelease): void {
  const fields: Record<string, string | undefined> = {
    interval: spec.interval,
    timeout: spec.timeout,
    'chart.spec.interval': spec.chart?.spec.interval,
    'test.timeout': spec.test?.timeout,
    'rollback.timeout': spec.rollback?.timeout,
    'uninstall.timeout': spec.uninstall?.timeout,
    'install.timeout': spec.install?.timeout,
    'upgrade.timeout': spec.upgrade?.timeout,
    'install.strategy.retryInterval': spec.install?.strategy?.retryInterval,
    'upgrade.strategy.retryInterval': spec.upgrade?.strategy?.retryInterval,
  };
  for (const [field, text] of Object.entries(fields)) {
    try {
      if (text !== undefined) parseDuration(text);
    } catch (error) {
      throw new Stalled('InvalidSpec', `spec.${field}: ${(error as Error).message}`, { cause: error });
    }
  }
}
