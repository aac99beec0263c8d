import type { ServerResponse } from 'node:http';
import { ActionError } from './actions.ts';
import { type SendsOn, streamMatches } from './alert-matches.ts';
import { auditRights } from './audit-rights.ts';
import { type EventStream, openEventStream } from './event-stream.ts';
import type { Fleet } from './fleet.ts';
import { streamEvents } from './fleet-events.ts';
import { type Journal, streamJournal } from './journal.ts';
import { noPlace, takePlace } from './places.ts';
import { type SeenFleet, seenBy } from './seen-fleet.ts';
import { streamFleet } from './stream.ts';
import type { Viewer } from './viewer.ts';

/** What tells of all that there is. */
export interface Told {
  fleet: Fleet;
  notifications: Journal | undefined;
  audit: Journal | undefined;
  /** What tells which Alerts have heard what, where notifications are not kept. */
  sendsOn: SendsOn | undefined;
  /** Whether failures can be rehearsed. */
  rehearses: boolean;
}

/** Server-sent events about the fleet, by their paths, for as long as somebody looks. */
export type FleetStream = (viewer: Viewer, response: ServerResponse, signal: AbortSignal) => Promise<void>;

/** Those that a viewer has: others than the owner of this machine see of each what the cluster lets them. */
export function fleetStreams(told: Told, { as }: Viewer): ReadonlyMap<string, FleetStream> {
  const { fleet, audit, rehearses, sendsOn } = told;
  const isOwn = as === 'own';
  const notifications = isOwn ? told.notifications : undefined;
  const offers = [
    ...(notifications ? ['notifications'] : sendsOn ? ['matches'] : []),
    ...(audit ? ['audit'] : []),
    ...(isOwn && rehearses ? ['rehearsal'] : []),
  ];
  const streams = new Map<string, FleetStream>([
    ['/api/stream', seeing(fleet, (seen, stream) => streamFleet(seen, stream, offers))],
    ['/api/events', seeing(fleet, streamEvents)],
  ]);
  if (notifications) streams.set('/api/notifications', (_, ...rest) => streamJournal(notifications, ...rest));
  else if (sendsOn)
    streams.set(
      '/api/notifications',
      seeing(fleet, (seen, stream) => streamMatches(seen, stream, sendsOn)),
    );
  if (audit) streams.set('/api/audit', (viewer, ...rest) => streamAudit(audit, viewer, ...rest));
  return streams;
}

/** Tells what the viewer may see of the fleet, for as long as that is known. */
function seeing(
  fleet: Fleet,
  tell: (seen: SeenFleet, stream: EventStream) => void | Promise<void>,
): FleetStream {
  return async (viewer, response, signal) => {
    if (viewer.as !== 'own' && !takePlace(viewer, signal)) throw new ActionError(noPlace);
    await fleet.ready();
    const seen = await seenBy(viewer, fleet, { signal, onLost: () => response.destroy() });
    if (!signal.aborted) await tell(seen, openEventStream(response, signal));
  };
}

async function streamAudit(
  audit: Journal,
  viewer: Viewer,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  if (viewer.as === 'own') return streamJournal(audit, response, signal);
  if (!takePlace(viewer, signal)) throw new ActionError(noPlace);
  return streamJournal(audit, response, signal, () => auditRights(viewer));
}
