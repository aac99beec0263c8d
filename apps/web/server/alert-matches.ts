import type { Alert, Provider } from '@millrace/api';
import type { Notification } from '../model/notification.ts';
import { keyFor } from '../model/row-of.ts';
import type { EventStream } from './event-stream.ts';
import type { Happening } from './happening.ts';
import type { SeenFleet } from './seen-fleet.ts';

/** An event, and an Alert that may listen to it. */
export interface Heard {
  event: Happening;
  alert: Alert;
  /** Undefined where the viewer may not see it, or there is none. */
  provider: Provider | undefined;
  /** Of the object that the event is about. */
  labels: Readonly<Record<string, string>>;
}

/** Whether the Alert sends the event on: told by whoever serves the page and knows how that is decided. */
export type SendsOn = (heard: Heard) => boolean;

/** Events that are looked at, the newest, and matches of them that are told. */
const most = { events: 2000, matches: 1000 };

/**
 * Send which Alerts have heard what, as far as the viewer may see both, the oldest first, then what comes. Of what was
 * sent the cluster keeps nothing but what failed: that stands in events of the Alerts.
 */
export function streamMatches(seen: SeenFleet, stream: EventStream, sendsOn: SendsOn): void {
  const newest = [...seen.happenings()].sort((a, b) => a.at - b.at).slice(-most.events);
  const found = newest.flatMap(happening => matchesOf(happening, seen, sendsOn));
  stream.send('entries', found.slice(-most.matches));
  const happened = (happening: Happening) => {
    for (const match of matchesOf(happening, seen, sendsOn)) stream.send('entry', match);
  };
  stream.onEnd(seen.subscribe({ row() {}, happened }));
}

function matchesOf(event: Happening, seen: SeenFleet, sendsOn: SendsOn): Notification[] {
  if (event.kind === 'Alert') return event.isWarning ? [failureOf(event, seen)] : [];
  const labels = seen.kept(event.key)?.labels ?? {};
  const matches: Notification[] = [];
  for (const alert of seen.alerts()) {
    // What was before it, it has not heard.
    if (Date.parse(alert.metadata.creationTimestamp ?? '') > event.at + second) continue;
    const provider = providerOf(alert, seen);
    if (sendsOn({ event, alert, provider, labels })) matches.push(matchOf(event, alert, provider));
  }
  return matches;
}

/** Events tell the second. */
const second = 1000;

function providerOf({ metadata: { namespace = '' }, spec }: Alert, seen: SeenFleet): Provider | undefined {
  return seen.kept(keyFor('Provider', namespace, spec.providerRef.name))?.provider;
}

function matchOf(event: Happening, { metadata, spec }: Alert, provider: Provider | undefined): Notification {
  const { namespace = '', name } = metadata;
  return {
    time: new Date(event.at).toISOString(),
    alert: `${namespace}/${name}`,
    provider: `${namespace}/${spec.providerRef.name}`,
    type: provider?.spec.type ?? '',
    event: toldOf(event),
  };
}

/** What notification-controller says on an Alert: of which event it could not send what, and why. */
function failureOf(event: Happening, seen: SeenFleet): Notification {
  const alert = seen.kept(event.key)?.alert;
  const name = event.key.slice('Alert/'.length);
  const { provider, type } = alert
    ? matchOf(event, alert, providerOf(alert, seen))
    : { provider: '', type: '' };
  const time = new Date(event.at).toISOString();
  return { time, alert: name, provider, type, event: toldOf(event), problem: event.message };
}

function toldOf({ apiVersion, key, kind, namespace, isWarning, reason, message }: Happening) {
  const name = key.slice(keyFor(kind, namespace, '').length);
  return {
    involvedObject: { apiVersion, kind, namespace, name },
    severity: isWarning ? 'error' : 'info',
    reason,
    message,
  };
}
