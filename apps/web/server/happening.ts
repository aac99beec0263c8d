import { kinds, parseDuration } from '@millrace/api';
import { isObject, type Json } from '@millrace/json';
import { asJson, at, groupOf, type KubeObject } from '@millrace/kube';
import { keyFor } from '../model/row-of.ts';

/** An event of an object of the fleet. */
export interface Happening {
  /** Whose it is. */
  key: string;
  apiVersion: string;
  /** Of the object's namespace and kind: by these it is decided who may know of it. */
  kind: string;
  namespace: string;
  /** Milliseconds since 1970. */
  at: number;
  isWarning: boolean;
  reason: string;
  /** As far as it is shown in a list. */
  message: string;
  /** How often the same has happened. */
  count: number;
  /** What a controller has changed in the cluster, and for which revision; empty where it has changed nothing. */
  changed: string;
  revision: string;
  /** What its controller tells beside, as annotations. */
  metadata: Readonly<Record<string, string>>;
}

/** Characters of a message; the page of the object has all of it. */
const longestMessage = 1000;

/** Undefined for what happens to other objects, and for what tells no time. */
export function happeningOf(event: KubeObject): Happening | undefined {
  const json = asJson(event);
  const involved = at(json, 'involvedObject');
  if (!isObject(involved)) return undefined;
  const [kind, namespace, name] = [text(involved.kind), text(involved.namespace), text(involved.name)];
  const apiVersion = text(involved.apiVersion);
  const group = groupOf(apiVersion);
  if (!kinds.some(one => one.kind === kind && one.group === group)) return undefined;
  // Whoever may write events in one namespace tells of nothing in another.
  if (namespace !== (event.metadata.namespace ?? '')) return undefined;
  const time = Date.parse(text(json.lastTimestamp) || text(json.eventTime));
  if (Number.isNaN(time)) return undefined;
  const [reason, message] = [text(json.reason), text(json.message)];
  return {
    ...{ key: keyFor(kind, namespace, name), apiVersion, kind, namespace, at: time, reason },
    isWarning: json.type === 'Warning',
    message: message.slice(0, longestMessage),
    count: typeof json.count === 'number' ? json.count : 1,
    changed: changesIn(reason, message),
    revision: event.metadata.annotations?.[`${group}/revision`] ?? '',
    metadata: metadataIn(event, `${group}/`),
  };
}

/** Characters of what is told beside, and its prefix where annotations of the object itself go along. */
const longestMetadata = 4096;
const announced = 'event.toolkit.fluxcd.io/';

/** What routes an event; of all other annotations, and of too many of these, nothing is kept. */
function metadataIn({ metadata: { annotations = {} } }: KubeObject, own: string): Record<string, string> {
  const told = Object.entries(annotations).filter(
    ([key]) => key.startsWith(own) || key.startsWith(announced),
  );
  const length = told.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  return length > longestMetadata ? {} : Object.fromEntries(told);
}

/** What an event says was changed: kustomize-controller lists it, helm-controller names drift as such. */
function changesIn(reason: string, message: string): string {
  if (reason === 'DriftDetected' || reason === 'DriftCorrected') return message;
  const lines = message.split('\n').filter(line => / (configured|created)$/.test(line));
  return reason === 'Progressing' ? lines.join('\n') : '';
}

/** How often the same was applied. Times are milliseconds since 1970. */
export interface Reconciliations {
  /** The newest of those that came to the same. */
  revision: string;
  first: number;
  /** When the last began, or ended: that is not said. */
  last: number;
  took: number;
  times: number;
}

/** status.history of a Kustomization, the newest first. */
export function reconciliationsOf(object: KubeObject): readonly Reconciliations[] {
  const history = at(asJson(object), 'status', 'history');
  if (object.kind !== 'Kustomization' || !Array.isArray(history)) return [];
  return history.filter(isObject).flatMap(entry => {
    const { firstReconciled, lastReconciled, lastReconciledDuration, totalReconciliations: times } = entry;
    const [first, last] = [Date.parse(text(firstReconciled)), Date.parse(text(lastReconciled))];
    if (Number.isNaN(first) || Number.isNaN(last) || typeof times !== 'number') return [];
    const revision = isObject(entry.metadata) ? text(entry.metadata.revision) : '';
    return [{ revision, first, last, took: millisecondsOf(text(lastReconciledDuration)), times }];
  });
}

function millisecondsOf(duration: string): number {
  try {
    return parseDuration(duration);
  } catch {
    return 0;
  }
}

/** Nothing takes longer to be applied for the first time; in milliseconds. */
const longestApply = 60_000;
/** Events tell the second. */
const second = 1000;

/**
 * Whether it tells of drift that was put back: of a change for a revision that had been applied before. A HelmRelease
 * says so itself.
 */
export function isDrift(
  { kind, at: time, changed, revision, count }: Happening,
  past: readonly Reconciliations[],
): boolean {
  if (changed === '') return false;
  if (kind === 'HelmRelease') return true;
  const [newest] = past;
  if (!newest || revision === '') return false;
  // What is counted up keeps the revision of its first time (client-go's correlator): only the time tells of the last.
  const isCounted = count > 1;
  const done = past.find(one => one.revision === revision);
  if (!done) return isCounted && newest.times > 1 && time > newest.first + longestApply;
  if (done.times < 2) return false;
  // No revision makes the same change twice.
  const least = done.first + (isCounted ? second : longestApply);
  return time > least || time >= done.last - done.took - second;
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
