import type { Alert } from '@millrace/api';
import type { Event } from '@millrace/notifications';
import { eventPrefix, groupPrefix } from './intake.ts';

export interface Combined {
  event: Event;
  /** Keys that several have given, with those who have, in the order in which each overrides the one before. */
  conflicts: Record<string, string>;
}

/**
 * The event as it is told: metadata of the object's annotations, the Alert and the controller, without their prefixes.
 * Who comes later overrides who came before (fluxcd/flux2, rfcs/0008).
 */
export function combineMetadata(event: Event, { spec }: Alert): Combined {
  const given = Object.entries(event.metadata ?? {});
  const under = (prefix: string) =>
    given
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value] as const);
  const sources: [string, (readonly [string, string])[]][] = [
    ['involved object annotations', under(eventPrefix)],
    ['Alert object .spec.eventMetadata', Object.entries(spec.eventMetadata ?? {})],
    ['Alert object .spec.summary', spec.summary ? [['summary', spec.summary]] : []],
    ['involved object controller metadata', under(groupPrefix(event))],
  ];
  const metadata = new Map<string, string>();
  const givers = new Map<string, string[]>();
  for (const [giver, entries] of sources)
    for (const [key, value] of entries) {
      metadata.set(key, value);
      givers.set(key, [...(givers.get(key) ?? []), giver]);
    }
  const several = [...givers].filter(([, names]) => names.length > 1).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    event: metadata.size > 0 ? { ...event, metadata: Object.fromEntries(metadata) } : event,
    conflicts: Object.fromEntries(several.map(([key, names]) => [key, names.join(', ')])),
  };
}
