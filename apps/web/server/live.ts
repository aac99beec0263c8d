import type { ServerResponse } from 'node:http';
import { type KubeObject, refOf, type Selection } from '@millrace/kube';
import type { ObjectName } from '../model/object-name.ts';
import type { Asked } from './asked.ts';
import { type EventStream, openEventStream } from './event-stream.ts';
import { followChanges } from './following.ts';
import { appliesElsewhere, inventoryOf, labelsOfOwner } from './inventory.ts';
import { readByName } from './named-object.ts';
import { noPlace, takePlace } from './places.ts';
import type { Viewer } from './viewer.ts';
import { isWorkload, podSelection } from './workload.ts';

const most = { objects: 8, watches: 24, podNamespaces: 4 };
/** Milliseconds in which changes are gathered: at first, and while they go on. */
const gathering = { first: 40, next: 400 };

/**
 * Tell whenever one of some objects has changed, or what belongs to it: what it has applied, its Pods, its events. The
 * page asks anew for what it shows. What the viewer may not watch is told. One stream for all that a page shows:
 * browsers allow few.
 */
export async function streamChanges(asked: Asked, response: ServerResponse): Promise<void> {
  const { viewer, query } = asked;
  const names = query.getAll('of').slice(0, most.objects).map(nameOfKey);
  const objects = await Promise.all(names.map(name => readByName(viewer, name, asked.signal)));
  const stream = openEventStream(response, asked.signal);
  if (!takePlace(viewer, stream.signal)) {
    stream.send('still', { why: noPlace });
    return stream.end();
  }
  const tell = gathered(stream);
  for (const [index, object] of objects.entries()) followOne(viewer, object, stream, () => tell(index));
  stream.send('following', 0);
}

/** `Kind/namespace/name`: how rows are called. */
function nameOfKey(key: string): ObjectName {
  const [kind = '', namespace = '', ...rest] = key.split('/');
  return { kind, namespace, name: rest.join('/') };
}

function followOne(viewer: Viewer, object: KubeObject, stream: EventStream, tell: () => void): void {
  const followed = new Set<string>();
  const follow = (selections: Selection[]) => {
    for (const selection of selections) {
      const key = JSON.stringify(selection);
      if (followed.has(key) || followed.size >= most.watches) continue;
      followed.add(key);
      // What of these the viewer may not watch, the page does not show either.
      followChanges(viewer, selection, tell, stream.signal).catch(() => {});
    }
  };
  const { apiVersion, kind, name, namespace } = refOf(object);
  const itself = { apiVersion, kind, namespace, fieldSelector: `metadata.name=${name}` };
  follow([eventsAbout(object), ...belonging(object)]);
  const changed = (now: KubeObject | undefined) => {
    if (now) follow(belonging({ ...now, apiVersion, kind }));
    tell();
  };
  followChanges(viewer, itself, changed, stream.signal).catch((error: Error) =>
    stream.send('still', { why: error.message }),
  );
}

/** Tells which of the objects have changed, the first at once. */
function gathered(stream: EventStream): (index: number) => void {
  const pending = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  let last = Number.NEGATIVE_INFINITY;
  stream.signal.addEventListener('abort', () => clearTimeout(timer));
  const flush = () => {
    timer = undefined;
    last = performance.now();
    stream.send('changed', [...pending]);
    pending.clear();
  };
  return index => {
    pending.add(index);
    timer ??= setTimeout(flush, performance.now() - last > gathering.next ? gathering.first : gathering.next);
  };
}

function eventsAbout({ kind, metadata: { name, namespace = 'default' } }: KubeObject): Selection {
  const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${name}`;
  return { apiVersion: 'v1', kind: 'Event', namespace, fieldSelector, metadataOnly: true };
}

/** The Pods of a workload; what an inventory holds, by the labels of its owner, and Pods where that has workloads. */
function belonging(object: KubeObject): Selection[] {
  if (isWorkload(object)) return [{ ...podSelection(object), metadataOnly: true }];
  if (appliesElsewhere(object)) return [];
  const refs = inventoryOf(object);
  const labelSelector = labelsOfOwner(object);
  const groups = Map.groupBy(
    refs,
    ({ apiVersion, kind, namespace = '' }) => `${apiVersion} ${kind} ${namespace}`,
  );
  const namespaces = new Set(refs.filter(isWorkload).map(({ namespace }) => namespace));
  return [
    ...[...namespaces]
      .slice(0, most.podNamespaces)
      .map(namespace => ({ apiVersion: 'v1', kind: 'Pod', namespace, metadataOnly: true })),
    ...[...groups.values()].map(([ref]) => ({
      apiVersion: ref!.apiVersion,
      kind: ref!.kind,
      namespace: ref!.namespace,
      labelSelector,
      metadataOnly: true,
    })),
  ];
}
