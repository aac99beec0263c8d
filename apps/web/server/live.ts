import type { ServerResponse } from 'node:http';
import { type KubeObject, refOf, type Selection } from '@millrace/kube';
import type { Asked } from './asked.ts';
import { type EventStream, openEventStream } from './event-stream.ts';
import { followChanges } from './following.ts';
import { appliesElsewhere, inventoryOf, labelsOfOwner } from './inventory.ts';
import { readNamed } from './named-object.ts';
import { noPlace, takePlace } from './places.ts';
import { isWorkload, podSelection } from './workload.ts';

const most = { watches: 24, podNamespaces: 4 };
/** Milliseconds in which changes are gathered: at first, and while they go on. */
const gathering = { first: 40, next: 400 };

/**
 * Tell whenever an object has changed, or what belongs to it: what it has applied, its Pods, its events. The page asks
 * anew for what it shows. What the viewer may not watch is told once.
 */
export async function streamChanges(
  { viewer, query, signal }: Asked,
  response: ServerResponse,
): Promise<void> {
  const object = await readNamed(viewer, query, signal);
  const stream = openEventStream(response, signal);
  if (!takePlace(viewer, stream.signal)) {
    stream.send('still', { why: noPlace });
    return stream.end();
  }
  const tell = gathered(stream);
  const followed = new Set<string>();
  const follow = (selections: Selection[]) => {
    for (const selection of selections) {
      const key = JSON.stringify(selection);
      if (followed.has(key) || followed.size >= most.watches) continue;
      followed.add(key);
      followChanges(viewer, selection, tell, stream.signal).catch((error: Error) =>
        stream.send('still', { why: error.message }),
      );
    }
  };
  const { apiVersion, kind, name, namespace } = refOf(object);
  const itself = { apiVersion, kind, namespace, fieldSelector: `metadata.name=${name}` };
  follow([eventsAbout(object), ...belonging(object)]);
  stream.send('following', 0);
  await followChanges(
    viewer,
    itself,
    changed => {
      if (changed) follow(belonging({ ...changed, apiVersion, kind }));
      tell();
    },
    stream.signal,
  ).catch((error: Error) => stream.send('still', { why: error.message }));
}

function gathered(stream: EventStream): () => void {
  let timer: NodeJS.Timeout | undefined;
  let last = 0;
  stream.signal.addEventListener('abort', () => clearTimeout(timer));
  return () => {
    const isFirst = performance.now() - last > gathering.next;
    timer ??= setTimeout(
      () => {
        timer = undefined;
        last = performance.now();
        stream.send('changed', 0);
      },
      isFirst ? gathering.first : gathering.next,
    );
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
