import type { KubeObject } from '@millrace/kube';
import { humanDuration } from '../output/age.ts';

/** An event of core/v1, as far as it is shown. */
export interface ClusterEvent extends KubeObject {
  involvedObject?: { kind?: string; name?: string; namespace?: string };
  reason?: string;
  message?: string;
  type?: string;
  count?: number;
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  series?: { count?: number; lastObservedTime?: string };
}

/** When an event was last seen, in milliseconds; NaN where it does not say. */
export function lastSeen({ series, lastTimestamp, eventTime }: ClusterEvent): number {
  return Date.parse(series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? '');
}

/** `3s`, or for what happened again `3s (x5 over 2m)`: how long ago, how often, since when. */
export function describeLastSeen(event: ClusterEvent, now: number): string {
  const since = (time: string | null | undefined) =>
    time ? humanDuration(now - Date.parse(time)) : '<unknown>';
  const first = since(event.eventTime ?? event.firstTimestamp);
  const { series, count = 0 } = event;
  if (series) return `${since(series.lastObservedTime)} (x${series.count ?? 0} over ${first})`;
  return count > 1 ? `${since(event.lastTimestamp)} (x${count} over ${first})` : first;
}

export function eventHeadings(namespaces: boolean): string[] {
  return [...(namespaces ? ['Namespace'] : []), 'Last seen', 'Type', 'Reason', 'Object', 'Message'];
}

export function eventRow(event: ClusterEvent, namespaces: boolean, now: number): string[] {
  const { kind = '', name = '' } = event.involvedObject ?? {};
  return [
    ...(namespaces ? [event.metadata.namespace ?? ''] : []),
    describeLastSeen(event, now),
    event.type ?? '',
    event.reason ?? '',
    `${kind}/${name}`,
    event.message ?? '',
  ];
}
