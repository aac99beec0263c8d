import { isForbidden, isNotFound, type KubeObject } from '@millrace/kube';
import type { Viewer } from './viewer.ts';

export interface EventObject extends KubeObject {
  type?: string;
  reason?: string;
  message?: string;
  count?: number;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  involvedObject?: { uid?: string };
}

/** The events about an object; none for whoever may not see them. */
export async function eventsAbout(
  { client, as }: Viewer,
  { kind, metadata }: Pick<KubeObject, 'kind' | 'metadata'>,
  signal: AbortSignal,
): Promise<EventObject[]> {
  const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${metadata.name}`;
  // What is in no namespace has its events in that one.
  const options = { namespace: metadata.namespace ?? 'default', fieldSelector, signal, as };
  const { items } = await client.listAll<EventObject>('v1', 'Event', options).catch(orNone);
  return items.filter(({ involvedObject }) => isAbout(involvedObject?.uid, metadata));
}

export const timeOf = ({ lastTimestamp, eventTime }: EventObject) => lastTimestamp ?? eventTime ?? '';

/** Not about one of that name which is gone. A kubelet writes the name of its Node for the uid. */
function isAbout(uid: string | undefined, { uid: own, name }: KubeObject['metadata']): boolean {
  return !uid || uid === own || uid === name;
}

/** Whoever may not see something sees the rest. */
function orNone(error: unknown): { items: never[] } {
  if (isForbidden(error) || isNotFound(error)) return { items: [] };
  throw error;
}
