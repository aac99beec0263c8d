import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Api } from '../../api/api.ts';
import { OpenApi } from '../../api/openapi.ts';
import { Registry } from '../../api/registry.ts';
import { bootstrap } from '../../bootstrap.ts';
import { kubeletOf } from '../../control/component.ts';
import { ControlPlane } from '../../control/control-plane.ts';
import { Timers } from '../../control/timers.ts';
import { read } from '../../store/entry.ts';
import { forgetfulLog } from '../../store/log.ts';
import { Store } from '../../store/store.ts';
import { expireEvents, record } from './recorder.ts';
import { World } from './world.ts';

let api: Api;
let world: World;
let now = new Date('2026-01-01T00:00:00Z');
let due: (() => void)[] = [];

/** Timers that a test lets run out by hand. */
class Alarm extends Timers {
  override after(_milliseconds: number, act: () => void): () => void {
    due.push(act);
    return () => {};
  }
}

beforeEach(() => {
  now = new Date('2026-01-01T00:00:00Z');
  due = [];
  const registry = new Registry();
  const store = new Store(forgetfulLog());
  api = { store, registry, openapi: new OpenApi(registry), now: () => now };
  bootstrap(api, 6443);
  world = new World(new ControlPlane(api, undefined, () => {}, new Alarm()), kubeletOf('node'));
});

afterEach(() => api.store.close());

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', uid: 'one', resourceVersion: '5' },
};
const events = () => api.store.list('/events').map(read);

test('what happens again counts up instead of adding an event', () => {
  const what = { type: 'Warning', reason: 'BackOff', message: 'again' } as const;
  record(world, pod, what);
  now = new Date('2026-01-01T00:05:00Z');
  record(world, pod, what);
  record(world, pod, { ...what, message: 'something else' });
  expect(events()).toHaveLength(2);
  expect(events().find(({ message }) => message === 'again')).toMatchObject({
    count: 2,
    firstTimestamp: '2026-01-01T00:00:00Z',
    lastTimestamp: '2026-01-01T00:05:00Z',
    involvedObject: { kind: 'Pod', name: 'web', uid: 'one' },
    source: { component: 'kubelet' },
  });
});

test('an event goes an hour after it last happened', async () => {
  expireEvents(world);
  record(world, pod, { type: 'Normal', reason: 'Started', message: 'old' });
  now = new Date('2026-01-01T00:30:00Z');
  record(world, pod, { type: 'Normal', reason: 'Started', message: 'young' });
  now = new Date('2026-01-01T01:10:00Z');
  due.shift()?.();
  // Its turn comes.
  await setImmediate();
  expect(events().map(({ message }) => message)).toEqual(['young']);
  expect(due).toHaveLength(1);
});
