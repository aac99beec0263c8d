import { setImmediate } from 'node:timers/promises';
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

/** Events that are looked at, the newest; Alerts that may hear one; matches that are told. */
const most = { events: 2000, alerts: 50, matches: 1000 };

/**
 * Send which Alerts have heard what, as far as the viewer may see both, the oldest first, then what comes. Of what was
 * sent the cluster keeps nothing but what failed: that stands in events of the Alerts.
 */
export async function streamMatches(seen: SeenFleet, stream: EventStream, sendsOn: SendsOn): Promise<void> {
  const pause = breaks();
  const waiting = [...seen.happenings()].sort((a, b) => a.at - b.at).slice(-most.events);
  let isBusy = true;
  /** Alerts are strangers' texts: others are served between one and the next. */
  const work = async (tell: (match: Notification) => void) => {
    for (let next = waiting.shift(); next && !stream.signal.aborted; next = waiting.shift())
      for (const match of matchesOf(next, seen, sendsOn)) {
        if (match) tell(match);
        await pause();
      }
    isBusy = false;
  };
  const happened = (happening: Happening) => {
    // Of a flood that nobody can follow the rest is left out.
    if (waiting.length >= 2 * most.events) return;
    waiting.push(happening);
    if (isBusy) return;
    isBusy = true;
    void work(match => stream.send('entry', match));
  };
  stream.onEnd(seen.subscribe({ row() {}, happened }));
  // What comes meanwhile is among the first.
  const found: Notification[] = [];
  await work(match => found.push(match));
  stream.send('entries', found.slice(-most.matches));
}

/** Milliseconds of work after which others are served. */
const longestWork = 10;

function breaks(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < longestWork) return;
    await setImmediate();
    since = performance.now();
  };
}

/** A match, or undefined, for each Alert that was looked at. */
function* matchesOf(
  event: Happening,
  seen: SeenFleet,
  sendsOn: SendsOn,
): Generator<Notification | undefined> {
  if (event.kind === 'Alert') {
    if (event.isWarning) yield failureOf(event, seen);
    return;
  }
  const labels = seen.kept(event.key)?.labels ?? {};
  for (const alert of Iterator.from(seen.alerts(event)).take(most.alerts)) {
    // What was before it, it has not heard.
    const isOlder = Date.parse(alert.metadata.creationTimestamp ?? '') > event.at + second;
    const provider = providerOf(alert, seen);
    const isHeard = !isOlder && sendsOn({ event, alert, provider, labels });
    yield isHeard ? matchOf(event, alert, provider) : undefined;
  }
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
