import { formatDuration, names } from '@millrace/api';
import { contentOf, entryOf, identityOf } from '@millrace/applier';
import { ArtifactUnavailable } from '@millrace/artifact';
import { Failed } from '@millrace/controller';
import type { Metadata } from '@millrace/helm';
import { valuesDigest } from '@millrace/helm';
import type { KubeObject } from '@millrace/kube';
import { KnownRecords, type ReleaseContext, recordsIn } from '@millrace/releases';
import { clearFailures } from './actions/action.ts';
import { performUninstall } from './actions/uninstall.ts';
import { type End, releaseAtomically } from './atomic.ts';
import { Attempt } from './attempt.ts';
import type { OpenChart } from './charts.ts';
import type { Deps, Prepared } from './deps.ts';
import { inventoryOf } from './inventory.ts';
import type { Running } from './memory.ts';
import { noteWritten, observeShared, type Written } from './observe.ts';
import { postRenderOf } from './post-render.ts';
import type { ReleaseRun } from './run.ts';
import { chartRevisionOf } from './source.ts';
import { releaseNameOf, releaseNamespaceOf, storageNamespaceOf } from './spec.ts';
import { isAnother, recordOf, type StoredRecord } from './stores.ts';
import { waiterFor } from './waiting.ts';
import { textOf } from './words.ts';

/** Milliseconds until what an attempt says is put on the object: much of it is over before anybody can read it. */
const moment = 250;

/** Start what brings the release to what is wanted; it goes on outside of visits, and wakes them. */
export function startAttempt(prepared: Prepared, inputs: string, request: string, on: Deps): Running {
  const wake = () => on.wake(prepared.key);
  let soon: NodeJS.Timeout | undefined;
  const attempt = new Attempt(prepared.hr, () => {
    soon ??= setTimeout(() => {
      soon = undefined;
      wake();
    }, moment);
  });
  const running: Running = {
    inputs,
    request,
    revision: prepared.artifact.revision,
    attempt,
    interrupt: new AbortController(),
    stop: new AbortController(),
    settled: Promise.resolve(),
  };
  running.settled = work(prepared, running, on)
    .catch(endedBy)
    .then(end => {
      clearTimeout(soon);
      running.end = end;
      if (!running.stop.signal.aborted) wake();
    });
  return running;
}

function endedBy(error: unknown): End {
  if (error instanceof ArtifactUnavailable) return { kind: 'unavailable', error };
  return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) };
}

/** Actions take turns, by namespace; those that wait hold nobody up. */
async function work(prepared: Prepared, running: Running, on: Deps): Promise<End> {
  const turn = new Turn(prepared, running, on);
  await turn.take();
  try {
    return await attemptRelease(prepared, running, turn, on);
  } finally {
    turn.leave();
  }
}

class Turn {
  #leave: (() => void) | undefined;
  readonly take: () => Promise<void>;

  constructor({ hr }: Prepared, { stop }: Running, { places }: Deps) {
    this.take = async () => {
      this.#leave = await places.take(hr.metadata.namespace ?? '', stop.signal);
    };
  }

  leave(): void {
    this.#leave?.();
    this.#leave = undefined;
  }

  readonly aside = async <T>(wait: () => Promise<T>): Promise<T> => {
    this.leave();
    try {
      return await wait();
    } finally {
      await this.take();
    }
  };
}

async function attemptRelease(prepared: Prepared, running: Running, turn: Turn, on: Deps): Promise<End> {
  const { hr, values } = prepared;
  const { attempt } = running;
  const { status } = attempt;
  const chart = await openChart(prepared, running, on);
  const { digest, version } = chartRevisionOf(
    hr,
    prepared.artifact,
    chart.metadata.version,
    on.tracksDigests,
  );
  const metadata = { ...chart.metadata, version };
  const contextOf = contextsFor(prepared, running, turn, on);
  if (await leaveFormerTarget(attempt, metadata, contextOf, running)) return { kind: 'again', after: 0 };
  status.storageNamespace = storageNamespaceOf(hr);
  const configDigest = valuesDigest(values);
  if (mustReset(attempt, metadata, configDigest)) clearFailures(attempt);
  status.lastAttemptedGeneration = hr.metadata.generation ?? 0;
  status.lastAttemptedRevision = version;
  if (digest === '') delete status.lastAttemptedRevisionDigest;
  else status.lastAttemptedRevisionDigest = digest;
  status.lastAttemptedConfigDigest = configDigest;
  delete status.lastAttemptedValuesChecksum;
  delete status.lastReleaseRevision;
  return releaseAtomically(attempt, runFor(prepared, chart, metadata, configDigest, contextOf, running, on));
}

/** Throws Failed where there is no chart to be had, and ArtifactUnavailable where it may be had soon. */
async function openChart(
  { artifact, hr }: Prepared,
  { attempt, stop }: Running,
  on: Deps,
): Promise<OpenChart> {
  try {
    return await on.charts.open(artifact, hr.metadata.namespace ?? '', stop.signal);
  } catch (cause) {
    stop.signal.throwIfAborted();
    if (!(cause instanceof ArtifactUnavailable)) {
      const message = `Could not load chart: ${textOf(cause)}`;
      attempt.mark('Ready', 'False', 'ArtifactFailed', message);
      attempt.note('error', 'ArtifactFailed', textOf(cause));
      throw new Failed('ArtifactFailed', message, { cause });
    }
    if (cause.status === 404) {
      const message = `Source not ready: artifact not found. Retrying in ${formatDuration(on.recheckAfter)}`;
      attempt.mark('Ready', 'False', 'ArtifactFailed', message);
      throw new Failed('ArtifactFailed', message);
    }
    throw cause;
  }
}

type ContextOf = ReleaseRun['context'];

function contextsFor({ hr, cluster, health }: Prepared, running: Running, turn: Turn, on: Deps): ContextOf {
  const { client, watches } = cluster;
  const as = identityOf(hr, on);
  const signal = running.stop.signal;
  const written: Written = new Map();
  const observe = observeShared(client, watches, written);
  const known = new KnownRecords(() => {
    const stored = on.stores.newest(cluster, storageOf(running.attempt), releaseNameOf(hr));
    return stored !== 'unknown' && !isAnother(stored, running.record);
  });
  const legacy = hr.spec.waitStrategy ? hr.spec.waitStrategy.name === 'legacy' : on.helm3Defaults;
  return ({ waits, onWrite }): ReleaseContext => ({
    client,
    as,
    fieldManager: 'helm-controller',
    namespace: releaseNamespaceOf(hr),
    records: recordsIn({
      client,
      as,
      namespace: storageOf(running.attempt),
      signal,
      onWrite,
      onSeen: record => noteRecord(running, recordOf(record)),
      known,
    }),
    waiter: waiterFor({
      observe,
      strategy: !waits ? 'hookOnly' : legacy ? 'legacy' : 'watcher',
      healthBy: object => health?.of(object),
      interrupted: running.interrupt.signal,
      cut: () => {
        running.wasCut = true;
      },
      aside: turn.aside,
    }),
    wrote: object => noteWritten(written, object),
    signal,
    warn: () => {},
  });
}

function noteRecord(running: Running, record: StoredRecord): void {
  if (!running.record || running.record.version <= record.version) running.record = record;
}

/** Where the release is recorded that there is; else where one is to be. */
function storageOf({ status, hr }: Attempt): string {
  return status.storageNamespace || storageNamespaceOf(hr);
}

function runFor(
  { hr, values, cluster, ignore }: Prepared,
  chart: OpenChart,
  metadata: Metadata,
  configDigest: string,
  context: ContextOf,
  running: Running,
  on: Deps,
): ReleaseRun {
  const { stop } = running;
  const release = chart.release({
    ...(metadata.version === chart.metadata.version ? {} : { version: metadata.version }),
    postRender: postRenderOf(hr, on.helm3Defaults),
    signal: stop.signal,
  });
  return {
    chart: release,
    metadata,
    values,
    valuesDigest: configDigest,
    records: context({ waits: false, onWrite: () => {} }).records,
    drift: { ignore, overrides: on.overrideManagers },
    retryByDefault: on.retryByDefault,
    helm3Defaults: on.helm3Defaults,
    context,
    inventory: async (manifest, given) =>
      inventoryOf(manifest, await release.crds(given), releaseNamespaceOf(hr), cluster.client),
    saw: objects => {
      running.objects = new Map(objects.map(object => [entryOf(object).id, seenOf(object)]));
    },
    signal: stop.signal,
    interrupted: running.interrupt.signal,
  };
}

function seenOf(object: KubeObject): { content: string; resourceVersion: string } {
  return { content: contentOf(object), resourceVersion: object.metadata.resourceVersion ?? '' };
}

/**
 * Where the release is to have another name or place, or, unless that is allowed, a chart of another name, the one that
 * there is goes first. Returns whether it did.
 */
async function leaveFormerTarget(
  attempt: Attempt,
  metadata: Metadata,
  contextOf: ContextOf,
  { stop }: Running,
): Promise<boolean> {
  if (!isElsewhere(attempt, metadata)) return false;
  await performUninstall(attempt, contextOf, stop.signal);
  attempt.history = [];
  clearFailures(attempt);
  delete attempt.status.history;
  delete attempt.status.storageNamespace;
  return true;
}

function isElsewhere({ hr, status, latest }: Attempt, metadata: Metadata): boolean {
  if (!status.storageNamespace || !latest) return false;
  if (storageNamespaceOf(hr) !== status.storageNamespace) return true;
  if (releaseNamespaceOf(hr) !== latest.namespace || releaseNameOf(hr) !== latest.name) return true;
  const renamed = metadata.name !== latest.chartName;
  return renamed && (hr.spec.upgrade?.chartNameChangeStrategy ?? 'Reinstall') === 'Reinstall';
}

/** Failures count for as long as the same is tried; and until somebody asks for them to be forgotten. */
function mustReset(attempt: Attempt, metadata: Metadata, configDigest: string): boolean {
  const { status, hr } = attempt;
  const asked = takeResetRequest(attempt);
  if (status.lastAttemptedGeneration !== hr.metadata.generation) return true;
  if (status.lastAttemptedRevision !== metadata.version) return true;
  if (status.lastAttemptedConfigDigest && status.lastAttemptedConfigDigest !== configDigest) return true;
  return asked;
}

function takeResetRequest({ hr, status }: Attempt): boolean {
  const annotations = hr.metadata.annotations ?? {};
  const asked = annotations[names.resetAt];
  if (!asked) return false;
  const before = status.lastHandledResetAt;
  status.lastHandledResetAt = asked;
  const requested = annotations[names.requestedAt];
  return asked === requested && asked !== before && requested !== hr.status?.lastHandledReconcileAt;
}
