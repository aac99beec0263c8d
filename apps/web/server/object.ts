import { asJson, groupOf, type KubeObject } from '@millrace/kube';
import { factsOf } from '../model/facts.ts';
import { historyOf } from '../model/history.ts';
import type { Look } from '../model/look.ts';
import { isOurs, type ObjectName } from '../model/object-name.ts';
import { conditionsOf } from '../model/row-of.ts';
import { rowOfAny } from './any-row.ts';
import { eventsAbout, timeOf } from './events.ts';
import { appliedBy, leftOf } from './inventory.ts';
import { nameOfKind } from './named-kind.ts';
import { readNamed } from './named-object.ts';
import type { Viewer } from './viewer.ts';
import { workloadOf } from './workload.ts';

const most = { events: 100, owners: 20 };

/** One object of any kind: how it is, what happened to it, what it has applied or runs. Throws ActionError, ApiError. */
export async function lookAt(viewer: Viewer, query: URLSearchParams, signal: AbortSignal): Promise<Look> {
  const object = await readNamed(viewer, query, signal);
  const [events, applied, owners, workload] = await Promise.all([
    eventsOf(viewer, object, signal),
    appliedBy(viewer, object, signal),
    ownersOf(viewer, object),
    workloadOf(viewer, object, signal),
  ]);
  const row = rowOfAny(object);
  return {
    row,
    facts: isOurs(row) ? factsOf(object) : [],
    conditions: conditionsOf(asJson(object)).map(({ lastTransitionTime: since, ...one }) => ({
      ...one,
      since,
    })),
    events,
    applied,
    left: leftOf(object),
    history: historyOf(object),
    owners,
    ...workload,
    version: object.metadata.resourceVersion ?? '',
  };
}

async function eventsOf(viewer: Viewer, object: KubeObject, signal: AbortSignal): Promise<Look['events']> {
  const events = await eventsAbout(viewer, object, signal);
  return events
    .map(event => {
      const { type = '', reason = '', message = '', count = 1 } = event;
      return { type, reason, message, count, at: timeOf(event) };
    })
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, most.events);
}

/** What it belongs to; an owner is in its namespace, or in none. */
async function ownersOf({ client }: Viewer, { metadata }: KubeObject): Promise<ObjectName[]> {
  return Promise.all(
    (metadata.ownerReferences ?? []).slice(0, most.owners).map(async ({ apiVersion, kind, name }) => {
      const mapping = await client.discovery.mapping(apiVersion, kind).catch(() => undefined);
      const namespace = mapping?.namespaced === false ? '' : (metadata.namespace ?? '');
      return { kind: nameOfKind(groupOf(apiVersion), kind), namespace, name };
    }),
  );
}
