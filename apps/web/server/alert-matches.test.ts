import type { Alert, Provider } from '@millrace/api';
import { expect, test } from 'vitest';
import type { Notification } from '../model/notification.ts';
import { type SendsOn, streamMatches } from './alert-matches.ts';
import type { Listener } from './fleet.ts';
import type { Happening } from './happening.ts';
import type { SeenFleet } from './seen-fleet.ts';

const noon = Date.UTC(2026, 0, 1, 12);
const group = 'notification.toolkit.fluxcd.io/v1beta3';

const alert: Alert = {
  ...{ apiVersion: group, kind: 'Alert' },
  metadata: { name: 'chat', namespace: 'team', creationTimestamp: new Date(noon).toISOString() },
  spec: { providerRef: { name: 'slack' }, eventSources: [{ kind: 'Kustomization', name: '*' }] },
};
const provider: Provider = {
  ...{ apiVersion: group, kind: 'Provider', metadata: { name: 'slack', namespace: 'team' } },
  spec: { type: 'slack' },
};

const happening = (more: Partial<Happening> = {}): Happening => ({
  ...{ key: 'Kustomization/team/app', apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
  ...{ namespace: 'team', at: noon + 60_000, isWarning: false, reason: 'Told', message: 'something' },
  ...{ count: 1, changed: '', revision: '', metadata: {} },
  ...more,
});

/** What somebody is sent who sees these. */
async function told(happenings: Happening[], { sendsOn = () => true, knows = true } = {} as Told) {
  const sent: [event: string, data: unknown][] = [];
  const listeners: Listener[] = [];
  const all = { alert: { labels: {}, alert }, provider: { labels: {}, provider } };
  const kept = (key: string) =>
    key === 'Alert/team/chat' ? all.alert : knows && key === 'Provider/team/slack' ? all.provider : undefined;
  const seen = {
    ...{ rows: () => [], unseen: () => [], partial: false },
    ...{ happenings: () => happenings, kept, alerts: () => [alert] },
    activity: () => ({ from: 0, events: [], warnings: [] }),
    subscribe: (listener: Listener) => {
      listeners.push(listener);
      return () => {};
    },
  } satisfies SeenFleet;
  const { signal } = new AbortController();
  const send = (event: string, data: unknown) => void sent.push([event, data]);
  await streamMatches(seen, { send, signal, onEnd() {}, end() {}, drained: async () => {} }, sendsOn);
  const entries = sent[0]![1] as Notification[];
  return { entries, sent, happened: (one: Happening) => listeners[0]!.happened(one) };
}
interface Told {
  sendsOn?: SendsOn;
  knows?: boolean;
}

test('an event and the Alert that sends it on are told with the Provider', async () => {
  expect((await told([happening()])).entries).toMatchObject([
    {
      ...{ time: '2026-01-01T12:01:00.000Z', alert: 'team/chat', provider: 'team/slack', type: 'slack' },
      event: { involvedObject: { kind: 'Kustomization', namespace: 'team', name: 'app' }, severity: 'info' },
    },
  ]);
});

test('what no Alert sends on is not told', async () => {
  expect((await told([happening()], { sendsOn: () => false })).entries).toEqual([]);
});

test('what was before an Alert it has not heard', async () => {
  expect((await told([happening({ at: noon - 60_000 })])).entries).toEqual([]);
});

test('of a Provider that one may not see there is the name alone', async () => {
  expect((await told([happening()], { knows: false })).entries).toMatchObject([
    { provider: 'team/slack', type: '' },
  ]);
});

test('what could not be sent is told with why', async () => {
  const failure = happening({
    ...{ key: 'Alert/team/chat', kind: 'Alert', isWarning: true, reason: 'NotificationDispatchFailed' },
    message: 'failed to send notification for Kustomization/team/app: 404 Not Found',
  });
  expect((await told([failure])).entries).toMatchObject([
    { alert: 'team/chat', type: 'slack', problem: expect.stringContaining('404 Not Found') },
  ]);
});

test('the newest come last, and what happens comes after them', async () => {
  const { entries, sent, happened } = await told([
    happening({ at: noon + 9000, message: 'second' }),
    happening({ at: noon + 3000, message: 'first' }),
  ]);
  expect(entries.map(({ event }) => event?.message)).toEqual(['first', 'second']);
  happened(happening({ message: 'third' }));
  await expect.poll(() => sent.at(-1)).toMatchObject(['entry', { event: { message: 'third' } }]);
});
