import { isObject, type JsonObject } from '@millrace/json';
import { at, conditionOf } from '@millrace/kube';

interface PodStatus {
  status: string;
  ready: number;
  of: number;
  restarts: number;
  lastRestart: string;
}

/**
 * The columns READY, STATUS and RESTARTS of `kubectl get pods`, as the API server prints them (kubernetes,
 * pkg/printers/internalversion/printers.go, printPod).
 */
export function podStatus(pod: JsonObject): PodStatus {
  const sidecars = new Set(
    objectsAt(pod, 'spec', 'initContainers')
      .filter(({ restartPolicy }) => restartPolicy === 'Always')
      .map(({ name }) => name),
  );
  const isSidecar = ({ name }: JsonObject) => sidecars.has(name);
  const inits = objectsAt(pod, 'status', 'initContainerStatuses');
  const mains = objectsAt(pod, 'status', 'containerStatuses');
  const initialising = initialisation(pod, inits, isSidecar);
  const isInitialised = conditionOf(pod, 'Initialized')?.status === 'True';
  const reached = initialising === undefined ? inits : inits.slice(0, initialising.at + 1);
  const runningSidecars = reached.filter(one => isSidecar(one) && one.started === true && one.ready === true);
  const of = objectsAt(pod, 'spec', 'containers').length + sidecars.size;
  if (initialising && !isInitialised) {
    const status = leaving(pod) ?? initialising.status;
    return { status, ready: runningSidecars.length, of, ...restartsOf(reached) };
  }
  const ready = mains.filter(one => one.ready === true && isObject(at(one, 'state', 'running'))).length;
  const status = leaving(pod) ?? mainStatus(pod, mains, initialising?.status ?? phaseOf(pod), ready > 0);
  return {
    status,
    ready: ready + runningSidecars.length,
    of,
    ...restartsOf([...reached.filter(isSidecar), ...mains]),
  };
}

function phaseOf(pod: JsonObject): string {
  if (conditionOf(pod, 'PodScheduled')?.reason === 'SchedulingGated') return 'SchedulingGated';
  return textAt(pod, 'status', 'reason') || textAt(pod, 'status', 'phase') || 'Unknown';
}

/** The first container before the others that keeps them waiting. */
function initialisation(pod: JsonObject, inits: JsonObject[], isSidecar: (status: JsonObject) => boolean) {
  const total = objectsAt(pod, 'spec', 'initContainers').length;
  for (const [index, one] of inits.entries()) {
    const ended = at(one, 'state', 'terminated');
    if (isObject(ended) && (ended.exitCode ?? 0) === 0) continue;
    if (isSidecar(one) && one.started === true) continue;
    const waiting = textAt(one, 'state', 'waiting', 'reason');
    const why = isObject(ended) ? endOf(ended) : waiting === 'PodInitializing' ? '' : waiting;
    return { at: index, status: `Init:${why || `${index}/${total}`}` };
  }
  return undefined;
}

/** The first container that has something to say decides; that it ended well is outdone by what the others do. */
function mainStatus(pod: JsonObject, mains: JsonObject[], before: string, isRunning: boolean): string {
  let status = before;
  let failure = '';
  for (const one of mains.toReversed()) {
    const waiting = textAt(one, 'state', 'waiting', 'reason');
    const ended = at(one, 'state', 'terminated');
    if (waiting) status = waiting;
    else if (isObject(ended)) {
      status = endOf(ended);
      if ((ended.exitCode ?? 0) !== 0) failure = status;
    }
  }
  if (status !== 'Completed') return status;
  if (isRunning && conditionOf(pod, 'Ready')?.status === 'True') return 'Running';
  return failure || (isRunning ? 'NotReady' : status);
}

function endOf(ended: JsonObject): string {
  if (typeof ended.reason === 'string' && ended.reason !== '') return ended.reason;
  return ended.signal ? `Signal:${ended.signal}` : `ExitCode:${ended.exitCode ?? 0}`;
}

function leaving(pod: JsonObject): string | undefined {
  if (!textAt(pod, 'metadata', 'deletionTimestamp')) return undefined;
  if (textAt(pod, 'status', 'reason') === 'NodeLost') return 'Unknown';
  const phase = textAt(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed' ? undefined : 'Terminating';
}

function restartsOf(statuses: JsonObject[]): Pick<PodStatus, 'restarts' | 'lastRestart'> {
  const counts = statuses.map(one => (typeof one.restartCount === 'number' ? one.restartCount : 0));
  const times = statuses.map(one => textAt(one, 'lastState', 'terminated', 'finishedAt'));
  return {
    restarts: counts.reduce((sum, count) => sum + count, 0),
    lastRestart: times.sort().at(-1) ?? '',
  };
}

export function objectsAt(object: JsonObject, ...path: string[]): JsonObject[] {
  const list = at(object, ...path);
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function textAt(object: JsonObject, ...path: string[]): string {
  const value = at(object, ...path);
  return typeof value === 'string' ? value : '';
}
