import type { HelmRelease } from '@millrace/api';
import { canActAs, identityOf, remoteOf } from '@millrace/applier';
import { type EventNote, Failed, type Finalized, type Visit, type Waiting } from '@millrace/controller';
import { isPending } from '@millrace/helm';
import { type Records, ReleaseNotFound, recordsIn } from '@millrace/releases';
import { performUninstall } from './actions/uninstall.ts';
import type { End } from './atomic.ts';
import { Attempt } from './attempt.ts';
import { deleteChart } from './chart-template.ts';
import type { Deps } from './deps.ts';
import { isOf, snapshotOf } from './history.ts';
import type { Memory, Running } from './memory.ts';
import { noteWritten, observeShared, type Written } from './observe.ts';
import type { ReleaseRun } from './run.ts';
import { releaseNameOf, releaseNamespaceOf, timeoutOf } from './spec.ts';
import { waiterFor } from './waiting.ts';

/** Milliseconds until an uninstall that failed is tried again. */
const retryAfter = 5000;

/**
 * A HelmRelease goes: its release goes with it, and its HelmChart. A suspended one leaves both, and so does one whose
 * service account or cluster is gone: nobody may delete in its name, or knows where.
 */
export async function finalize(
  hr: HelmRelease,
  key: string,
  memory: Memory,
  visit: Visit,
  on: Deps,
): Promise<Finalized | Waiting> {
  if (hr.spec.suspend) return { kind: 'finalized' };
  const { running } = memory;
  if (running?.inputs === uninstalling) {
    if (!running.end) return waitFor(hr, running);
    memory.running = undefined;
    const { attempt, end } = running;
    if (end.kind === 'failed')
      return {
        kind: 'waiting',
        message: end.error.message,
        wakeAfter: retryAfter,
        status: attempt.fieldsOver(hr.status),
        conditions: { ...attempt.conditions, Reconciling: false },
        events: attempt.takeEvents(),
      };
    const events = [...attempt.takeEvents(), ...(await dropChart(hr, visit, on))];
    return { kind: 'finalized', events };
  }
  if (running && !running.end) await abandon(running);
  // What an attempt has come to that nobody has told yet is not on the object.
  const status = running ? { ...hr.status, ...running.attempt.status } : hr.status;
  const attempt = new Attempt({ ...hr, status }, () => on.wake(key));
  attempt.observed = running?.attempt.observed ?? attempt.observed;
  if (!(await canUninstall(attempt, running !== undefined, visit, on))) {
    return { kind: 'finalized', events: await dropChart(hr, visit, on) };
  }
  memory.running = await startUninstall(attempt, key, visit, on);
  return waitFor(hr, memory.running);
}

/** An action that was given up may have recorded a release that the status does not know: it goes, too. */
async function recall(attempt: Attempt, records: Records): Promise<void> {
  const last = await records.last(releaseNameOf(attempt.hr)).catch(error => {
    if (error instanceof ReleaseNotFound) return undefined;
    throw error;
  });
  if (!last || attempt.history.some(snapshot => isOf(snapshot, last))) return;
  if (isPending(last) || attempt.observed.has(last.version))
    attempt.history = [snapshotOf(last, {}), ...attempt.history];
}

async function dropChart({ status }: HelmRelease, visit: Visit, on: Deps): Promise<EventNote[]> {
  return status?.helmChart ? deleteChart(status.helmChart, on.clusters.home.client, visit.signal) : [];
}

/** Stands in place of the inputs of an uninstall. */
const uninstalling = 'uninstall';

export async function abandon(running: Running): Promise<void> {
  running.stop.abort(new DOMException('the HelmRelease is being deleted', 'AbortError'));
  await running.settled;
}

function waitFor(hr: HelmRelease, { attempt }: Running): Waiting {
  return {
    kind: 'waiting',
    message: 'uninstalling the release',
    wakeAfter: timeoutOf(hr),
    events: attempt.takeEvents(),
  };
}

/** @param wasWorkedOn what it has may not be in its history */
async function canUninstall(
  { hr, status }: Attempt,
  wasWorkedOn: boolean,
  visit: Visit,
  on: Deps,
): Promise<boolean> {
  if (!status.storageNamespace || !(status.history?.length || wasWorkedOn)) return false;
  if (!hr.spec.kubeConfig) return canActAs(hr, on.clusters.home.client, on);
  try {
    await remoteOf(hr, visit, on);
    return true;
  } catch (error) {
    if (error instanceof Failed && error.message.includes('not found')) return false;
    throw error;
  }
}

async function startUninstall(attempt: Attempt, key: string, visit: Visit, on: Deps): Promise<Running> {
  const { hr, status } = attempt;
  const { client, watches } = on.clusters.reach(key, await remoteOf(hr, visit, on));
  const stop = new AbortController();
  const { signal } = stop;
  const as = identityOf(hr, on);
  const written: Written = new Map();
  const contextOf: ReleaseRun['context'] = ({ waits, onWrite }) => ({
    client,
    as,
    fieldManager: 'helm-controller',
    namespace: attempt.latest?.namespace ?? releaseNamespaceOf(hr),
    records: recordsIn({ client, as, namespace: status.storageNamespace ?? '', signal, onWrite }),
    waiter: waiterFor({
      observe: observeShared(client, watches, written),
      strategy: waits ? 'watcher' : 'hookOnly',
      healthBy: () => undefined,
      interrupted: new AbortController().signal,
      aside: wait => wait(),
    }),
    wrote: object => noteWritten(written, object),
    signal,
    warn: () => {},
  });
  const running: Running = {
    inputs: uninstalling,
    request: '',
    revision: '',
    attempt,
    interrupt: new AbortController(),
    stop,
    settled: Promise.resolve(),
  };
  const work = async () => {
    await recall(attempt, contextOf({ waits: false, onWrite: () => {} }).records);
    if (attempt.latest) await performUninstall(attempt, contextOf, signal);
  };
  running.settled = work()
    .then(
      (): End => ({ kind: 'done' }),
      (error): End => ({ kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) }),
    )
    .then(end => {
      running.end = end;
      if (!signal.aborted) on.wake(key);
    });
  return running;
}
