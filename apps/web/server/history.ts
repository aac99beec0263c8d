import { isObject, type Json } from '@millrace/json';
import { asJson, at, isForbidden, isNotFound, type KubeObject } from '@millrace/kube';
import { historyOf } from '../model/history.ts';
import type { Commit, History, HistoryEntry } from '../model/history-entry.ts';
import { rowOf } from '../model/row-of.ts';
import { applierOf, revisionAt } from './applier.ts';
import type { Asked } from './asked.ts';
import { type EventObject, eventsAbout, timeOf } from './events.ts';
import { refOfName } from './named-kind.ts';
import { readNamed } from './named-object.ts';

/** What an object has been made from and what became of it, with what commits, events and its source tell of it. */
export async function historyAnswer(asked: Asked): Promise<History> {
  const object = await readNamed(asked.viewer, asked.query, asked.signal);
  const json = asJson(object);
  const suspended = suspension(object);
  const past = historyOf(object);
  const list = at(json, 'status', 'history');
  const snapshots = Array.isArray(list) ? list.filter(isObject) : [];
  const told = await toldOf(asked, object);
  const applier = object.kind === 'HelmRelease' ? await applierOf(asked, object) : undefined;
  const entries = past.map(({ what, at: lastAt, status, more }, i): HistoryEntry => {
    // A release is applied once: its firstDeployed is that of the first release of this name.
    const appliedAt = text(snapshots[i]?.firstReconciled) || lastAt;
    const first = told.appliedFrom(appliedAt);
    const { fetchedAt = '', healthyAt = '', subject } = told.of.get(first ?? what) ?? {};
    return {
      what,
      ...(first !== undefined && first !== what ? { first } : {}),
      ...(subject === undefined ? {} : { commit: { subject } }),
      ...inGit(applier, appliedAt),
      ...{ fetchedAt, appliedAt, lastAt, healthyAt, status, more },
      isCurrent: i === 0,
    };
  });
  const commits = await commitsOf(asked, object, entries.map(revisionOf));
  for (const entry of entries) {
    const commit = commits.get(revisionOf(entry));
    if (commit) entry.commit = commit;
  }
  return { entries, ...(suspended && { suspended }) };
}

function inGit(applier: KubeObject | undefined, time: string): { inGit?: string } {
  const revision = applier && revisionAt(applier, time);
  return revision === undefined ? {} : { inGit: revision };
}

const revisionOf = ({ first, what }: HistoryEntry) => first ?? what;

/** Who holds spec.suspend while it is set; the newest where there are several. */
export function suspension({ metadata, spec }: KubeObject): History['suspended'] {
  if ((spec as { suspend?: unknown } | undefined)?.suspend !== true) return undefined;
  const holders = (metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => isObject(fieldsV1) && at(fieldsV1, 'f:spec', 'f:suspend') !== undefined)
    .map(({ manager = '', time = '' }) => ({ by: manager, at: time }));
  return holders.sort((a, b) => (a.at < b.at ? 1 : -1))[0] ?? { by: '', at: '' };
}

interface Told {
  fetchedAt?: string;
  healthyAt?: string;
  subject?: string;
}

/** Milliseconds by which an event and a status may tell the same moment otherwise: both have whole seconds. */
const blur = 2000;

interface AllTold {
  of: ReadonlyMap<string, Told>;
  /** The revision whose reconcile ended then. */
  appliedFrom(time: string): string | undefined;
}

/** What events of the object and of its source tell of revisions, and the artifact that the source has. */
async function toldOf(asked: Asked, object: KubeObject): Promise<AllTold> {
  const { viewer, signal } = asked;
  const source = await sourceOf(asked, object);
  const told = new Map<string, Told>();
  const tell = (revision: string | undefined, more: Told) =>
    revision && told.set(revision, { ...told.get(revision), ...more });
  const [own, fetches] = await Promise.all([
    eventsAbout(viewer, object, signal),
    source ? eventsAbout(viewer, source, signal) : [],
  ]);
  for (const event of own)
    if (event.message?.startsWith('Health check passed'))
      tell(revisionIn(event), { healthyAt: timeOf(event) });
  for (const event of fetches) {
    if (event.reason !== 'NewArtifact') continue;
    const subject = /^stored artifact for commit '(.*)'$/.exec(event.message ?? '')?.[1];
    tell(revisionIn(event), { fetchedAt: timeOf(event), ...(subject === undefined ? {} : { subject }) });
  }
  const artifact = source && at(asJson(source), 'status', 'artifact');
  if (isObject(artifact)) tell(text(artifact.revision), { fetchedAt: text(artifact.lastUpdateTime) });
  const ends = own
    .filter(({ reason }) => reason === 'ReconciliationSucceeded')
    .sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1));
  return {
    of: told,
    appliedFrom(time) {
      const away = (event: EventObject) => Math.abs(Date.parse(timeOf(event)) - Date.parse(time));
      const near = ends.filter(event => away(event) <= blur).sort((a, b) => away(a) - away(b));
      return near[0] && revisionIn(near[0]);
    },
  };
}

/** `kustomize.toolkit.fluxcd.io/revision`: of what revision an event tells. */
function revisionIn({ metadata: { annotations = {} } }: EventObject): string | undefined {
  return Object.entries(annotations).find(([key]) => key.endsWith('.toolkit.fluxcd.io/revision'))?.[1];
}

/** Undefined where there is none, and for whoever may not see it. */
async function sourceOf({ viewer, signal }: Asked, object: KubeObject): Promise<KubeObject | undefined> {
  const [kind, namespace, name] = rowOf(object).source?.split('/') ?? [];
  if (!kind || !namespace || !name) return undefined;
  try {
    const ref = await refOfName(viewer.client, { kind, namespace, name });
    const found = await viewer.client.get(ref, { as: viewer.as, signal });
    return { ...found, apiVersion: ref.apiVersion, kind: ref.kind };
  } catch (error) {
    signal.throwIfAborted();
    if (isForbidden(error) || isNotFound(error)) return undefined;
    throw error;
  }
}

async function commitsOf(
  { previews, viewer, signal }: Asked,
  object: KubeObject,
  revisions: string[],
): Promise<ReadonlyMap<string, Commit>> {
  if (!previews || object.kind !== 'Kustomization') return new Map();
  return previews.commits({ viewer, object, signal }, revisions).catch(() => {
    signal.throwIfAborted();
    return new Map();
  });
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
