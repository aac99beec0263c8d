import { apiVersionOfKind, kinds } from '@millrace/api';
import { refOfEntry } from '@millrace/applier';
import { isObject, type Json } from '@millrace/json';
import {
  asJson,
  at,
  groupOf,
  healthOf,
  isForbidden,
  isNotFound,
  type KubeObject,
  type ObjectRef,
} from '@millrace/kube';
import { stringify } from '@millrace/yaml';
import { historyOf } from '../model/history.ts';
import type { Applied, Look } from '../model/look.ts';
import { conditionsOf, keyFor, rowOf } from '../model/row-of.ts';
import { ActionError } from './actions.ts';
import type { Viewer } from './viewer.ts';

const most = { events: 100, applied: 1000, atOnce: 8 };

/** One object: how it is, what happened to it, what it has applied. Throws ActionError, ApiError. */
export async function lookAt(viewer: Viewer, query: URLSearchParams, signal: AbortSignal): Promise<Look> {
  const { client, as } = viewer;
  const [kindName, namespace, name] = ['kind', 'namespace', 'name'].map(key => query.get(key) ?? '');
  const kind = kinds.find(one => one.kind === kindName);
  if (!kind || !namespace || !name) throw new ActionError('say which object (kind, namespace, name)');
  const ref = { apiVersion: apiVersionOfKind(kind), kind: kind.kind, namespace, name };
  const object = {
    ...(await client.get(ref, { as, signal })),
    apiVersion: ref.apiVersion,
    kind: ref.kind,
  };
  const [events, applied] = await Promise.all([
    eventsOf(viewer, object, signal),
    appliedBy(viewer, object, signal),
  ]);
  return {
    row: rowOf(object),
    conditions: conditionsOf(asJson(object)).map(({ lastTransitionTime: since, ...one }) => ({
      ...one,
      since,
    })),
    events,
    applied,
    history: historyOf(object),
    yaml: stringify(asJson(readable(object))),
  };
}

/** Without what other programs have written for themselves. */
function readable(object: KubeObject): KubeObject {
  const { managedFields: _, annotations = {}, ...metadata } = object.metadata;
  const { 'kubectl.kubernetes.io/last-applied-configuration': __, ...rest } = annotations;
  return {
    ...object,
    metadata: { ...metadata, ...(Object.keys(rest).length > 0 ? { annotations: rest } : {}) },
  };
}

interface EventObject extends KubeObject {
  type?: string;
  reason?: string;
  message?: string;
  count?: number;
  lastTimestamp?: string | null;
  eventTime?: string | null;
}

async function eventsOf(
  { client, as }: Viewer,
  { kind, metadata }: KubeObject,
  signal: AbortSignal,
): Promise<Look['events']> {
  const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${metadata.name}`;
  const options = { namespace: metadata.namespace ?? '', fieldSelector, signal, as } as const;
  const { items } = await client.listAll<EventObject>('v1', 'Event', options).catch(orNone);
  return items
    .map(({ type = '', reason = '', message = '', count = 1, lastTimestamp, eventTime }) => ({
      type,
      reason,
      message,
      count,
      at: lastTimestamp ?? eventTime ?? '',
    }))
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, most.events);
}

/** Whoever may not see something sees the rest. */
function orNone(error: unknown): { items: never[] } {
  if (isForbidden(error) || isNotFound(error)) return { items: [] };
  throw error;
}

async function appliedBy(viewer: Viewer, object: KubeObject, signal: AbortSignal): Promise<Applied[]> {
  const entries = at(asJson(object), 'status', 'inventory', 'entries');
  const left = (Array.isArray(entries) ? entries : []).slice(0, most.applied).entries();
  const found: Applied[] = [];
  const worker = async () => {
    for (const [index, entry] of left) {
      const ref = refOf(entry);
      if (ref) found[index] = await healthAt(viewer, ref, signal);
    }
  };
  await Promise.all(Array.from({ length: most.atOnce }, worker));
  return found.filter(one => one !== undefined);
}

/** What an entry of an inventory names; undefined for what is none. */
function refOf(entry: Json): ObjectRef | undefined {
  const { id, v } = isObject(entry) ? entry : {};
  return typeof id === 'string' && typeof v === 'string' ? refOfEntry({ id, v }) : undefined;
}

async function healthAt({ client, as }: Viewer, ref: ObjectRef, signal: AbortSignal): Promise<Applied> {
  const { apiVersion, kind, namespace = '', name } = ref;
  const isOurs = kinds.some(one => one.kind === kind && one.group === groupOf(apiVersion));
  const base = { kind, namespace, name, ...(isOurs ? { key: keyFor(kind, namespace, name) } : {}) };
  try {
    const object = await client.get(ref, { as, signal });
    const { status, message } = healthOf({ ...object, apiVersion, kind });
    return { ...base, health: status, message };
  } catch (error) {
    if (isNotFound(error)) return { ...base, health: 'NotFound', message: 'it is not in the cluster' };
    return { ...base, health: 'Unknown', message: (error as Error).message };
  }
}
