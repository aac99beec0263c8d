import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { Resource } from '@millrace/api';
import { groupOf, isNotFound, type KubeClient, type KubeObject } from '@millrace/kube';
import type { Event } from '@millrace/notifications';
import { timestamp } from './conditions.ts';
import type { EventNote } from './outcome.ts';
import type { Environment } from './reconciler.ts';

/** Tells the people who follow an object what happened to it. Never blocks and never fails the caller. */
export interface EventRecorder {
  record(object: Resource, note: EventNote): void;
  /** Resolves when everything recorded so far has been sent or given up. */
  flush(): Promise<void>;
}

interface Sent {
  name: string;
  count: number;
  at: number;
}

interface Pending {
  object: Resource;
  note: EventNote;
  at: Date;
}

/** More wait only when the API server does not answer: then the oldest are dropped. */
const queueLimit = 10_000;
/** Events that are sent at once: enough for a fleet that starts, few beside the requests that somebody waits for. */
const senders = 4;
/** The same event within ten minutes counts up the first, as client-go's correlator does. */
const sameWithin = 600_000;
/** The API server's limit of an event's message. */
const messageLimit = 1024;

/** Events of core/v1 in the object's namespace, reported by a controller of that name; and told to the process. */
export function eventRecorder(
  { client, log, metrics, events }: Environment,
  component: string,
): EventRecorder {
  /** A set keeps the order, and gives up its first without moving the rest. */
  const pending = new Set<Pending>();
  const sent = new Map<string, Sent>();
  const sending = new Set<Promise<void>>();

  const takeFirst = (): Pending | undefined => {
    const [first] = pending;
    if (first) pending.delete(first);
    return first;
  };
  const send = async () => {
    for (let next = takeFirst(); next; next = takeFirst()) {
      await sendOne(client, component, next, sent).catch(error =>
        log.error({ error }, 'an event could not be sent'),
      );
    }
  };

  return {
    record(object, note) {
      const at = new Date();
      // Traces are for those who look at the object (fluxcd/pkg, runtime/events).
      if (events && note.severity !== 'trace') events.tell(announced(object, note, component, at));
      if (pending.size >= queueLimit) {
        takeFirst();
        metrics.eventsDropped.inc();
      }
      pending.add({ object, note, at });
      if (sending.size >= senders) return;
      const sender = send().finally(() => sending.delete(sender));
      sending.add(sender);
    },
    async flush() {
      while (sending.size > 0) await Promise.all(sending);
    },
  };
}

async function sendOne(
  client: KubeClient,
  component: string,
  { object, note, at }: Pending,
  sent: Map<string, Sent>,
) {
  const key = createHash('sha256')
    .update(JSON.stringify([object.metadata.uid, note]))
    .digest('base64');
  const before = sent.get(key);
  const namespace = object.metadata.namespace ?? 'default';
  if (before && at.getTime() - before.at < sameWithin) {
    before.count++;
    before.at = at.getTime();
    const patch = { count: before.count, lastTimestamp: timestamp(at) };
    try {
      await client.patch({ apiVersion: 'v1', kind: 'Event', namespace, name: before.name }, 'merge', patch, {
        as: 'own',
      });
      return;
    } catch (error) {
      if (!isNotFound(error)) throw error; // it has expired: write a new one
    }
  }
  const event = eventOf(object, note, component, namespace, at);
  await client.create(event, { as: 'own' });
  sent.set(key, { name: event.metadata.name, count: 1, at: at.getTime() });
  if (sent.size > queueLimit) sent.delete(sent.keys().next().value!);
}

function eventOf(
  object: Resource,
  note: EventNote,
  component: string,
  namespace: string,
  at: Date,
): KubeObject {
  const annotations = metadataOf(object, note);
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${object.metadata.name}.${eventSuffix()}`,
      namespace,
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
    involvedObject: referenceTo(object),
    type: note.severity === 'error' ? 'Warning' : 'Normal',
    reason: note.reason,
    message: fitted(note.message),
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
    firstTimestamp: timestamp(at),
    lastTimestamp: timestamp(at),
    count: 1,
  };
  return event;
}

/** The same event in the form that Flux's controllers send to one another. */
function announced(object: Resource, note: EventNote, component: string, at: Date): Event {
  return {
    involvedObject: referenceTo(object),
    severity: note.severity,
    timestamp: timestamp(at),
    message: note.message,
    reason: note.reason,
    metadata: metadataOf(object, note),
    reportingController: component,
    reportingInstance: hostname(),
  };
}

function referenceTo({ apiVersion, kind, metadata }: Resource) {
  const { name, namespace, uid, resourceVersion } = metadata;
  return { apiVersion, kind, name, namespace, uid, resourceVersion };
}

function metadataOf({ apiVersion, metadata }: Resource, note: EventNote): Record<string, string> {
  const group = groupOf(apiVersion);
  return Object.fromEntries([
    ...Object.entries(note.metadata ?? {}).map(([key, value]) => [`${group}/${key}`, value]),
    ...Object.entries(note.annotations ?? {}),
    ...Object.entries(metadata.annotations ?? {}).filter(([key]) => key.startsWith(ownPrefix)),
  ]) as Record<string, string>;
}

/** A list of changes is cut between its lines, and says how many are left out. */
function fitted(message: string): string {
  if (message.length <= messageLimit) return message;
  const room = message.slice(0, messageLimit - '\n... and 1000000 more'.length);
  const end = room.lastIndexOf('\n');
  if (end <= 0) return `${message.slice(0, messageLimit - 3)}...`;
  return `${room.slice(0, end)}\n... and ${message.slice(end + 1).split('\n').length} more`;
}

/** Annotations of an object that go with all its events, to whoever reads those (fluxcd/pkg, runtime/events). */
const ownPrefix = 'event.toolkit.fluxcd.io/';

let serial = 0;

/** Unlike any other of this process, and very likely of any: time in microseconds and a running number. */
function eventSuffix(): string {
  return (BigInt(Date.now()) * 1_000_000n + BigInt(serial++ % 1_000_000)).toString(16);
}
