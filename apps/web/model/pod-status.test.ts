import type { JsonObject } from '@millrace/json';
import { expect, test } from 'vitest';
import { podStatus } from './pod-status.ts';

const running = (rest: JsonObject = {}) => ({ ready: true, state: { running: {} }, ...rest });
const waiting = (reason: string, rest: JsonObject = {}) => ({ state: { waiting: { reason } }, ...rest });
const ended = (terminated: JsonObject) => ({ state: { terminated } });
const named = (list: JsonObject[], rest: JsonObject = {}) =>
  list.map((one, i) => ({ name: `c${i}`, ...rest, ...one }));

interface Given {
  mains?: JsonObject[];
  inits?: JsonObject[];
  initSpec?: JsonObject;
  phase?: string;
  reason?: string;
  conditions?: JsonObject[];
  deleted?: boolean;
}

/** A Pod whose containers are those that have a status. */
function pod({
  mains = [],
  inits = [],
  initSpec = {},
  phase = 'Running',
  reason,
  conditions = [],
  deleted,
}: Given) {
  return {
    metadata: { name: 'p', ...(deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
    spec: { containers: named(mains.map(() => ({}))), initContainers: named(inits.map(() => initSpec)) },
    status: {
      phase,
      ...(reason ? { reason } : {}),
      conditions,
      containerStatuses: named(mains),
      initContainerStatuses: named(inits),
    },
  } as JsonObject;
}

const isTrue = (type: string) => ({ type, status: 'True' });
const sidecar = { restartPolicy: 'Always' };

// What kubectl 1.36 prints of such Pods (kubernetes, pkg/printers/internalversion/printers.go).
test.each<[string, string, Given]>([
  ['Running', '1/1', { mains: [running()] }],
  ['Running', '1/2', { mains: [running(), running({ ready: false })] }],
  ['Pending', '0/1', { mains: [{}], phase: 'Pending' }],
  ['Evicted', '0/1', { mains: [{}], phase: 'Failed', reason: 'Evicted' }],
  [
    'SchedulingGated',
    '0/0',
    { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
  ],
  ['ContainerCreating', '0/1', { mains: [waiting('ContainerCreating')] }],
  ['CrashLoopBackOff', '1/2', { mains: [waiting('CrashLoopBackOff'), running()] }],
  ['ImagePullBackOff', '0/2', { mains: [waiting('ImagePullBackOff'), waiting('CrashLoopBackOff')] }],
  ['Completed', '0/1', { mains: [ended({ reason: 'Completed', exitCode: 0 })], phase: 'Succeeded' }],
  ['OOMKilled', '0/1', { mains: [ended({ reason: 'OOMKilled', exitCode: 137 })] }],
  ['ExitCode:3', '0/1', { mains: [ended({ exitCode: 3 })] }],
  ['Signal:9', '0/1', { mains: [ended({ exitCode: 137, signal: 9 })] }],
  ['NotReady', '1/2', { mains: [ended({ reason: 'Completed' }), running()] }],
  ['Running', '1/2', { mains: [ended({ reason: 'Completed' }), running()], conditions: [isTrue('Ready')] }],
  ['Error', '0/2', { mains: [ended({ reason: 'Completed' }), ended({ reason: 'Error', exitCode: 1 })] }],
  ['Init:0/2', '0/1', { inits: [waiting('PodInitializing'), {}], mains: [{}] }],
  ['Init:1/2', '0/0', { inits: [ended({ exitCode: 0 }), { state: { running: {} } }] }],
  ['Init:ImagePullBackOff', '0/0', { inits: [waiting('ImagePullBackOff')] }],
  ['Init:ExitCode:1', '0/0', { inits: [ended({ exitCode: 1 })] }],
  ['Init:Signal:15', '0/0', { inits: [ended({ exitCode: 143, signal: 15 })] }],
  ['Init:Error', '0/0', { inits: [ended({ exitCode: 1, reason: 'Error' })] }],
  ['Running', '2/2', { inits: [running({ started: true })], initSpec: sidecar, mains: [running()] }],
  ['Init:0/1', '0/2', { inits: [{ state: { running: {} } }], initSpec: sidecar, mains: [{}] }],
  [
    'Init:0/1',
    '1/1',
    { inits: [{}], mains: [running()], conditions: [isTrue('Initialized')], phase: 'Running' },
  ],
  ['Terminating', '1/1', { mains: [running()], deleted: true }],
  ['Completed', '0/1', { mains: [ended({ reason: 'Completed' })], phase: 'Succeeded', deleted: true }],
  ['Unknown', '1/1', { mains: [running()], reason: 'NodeLost', deleted: true }],
  ['Unknown', '0/0', { phase: '' }],
])('%s, %s ready', (status, ready, given) => {
  const found = podStatus(pod(given));
  expect([found.status, `${found.ready}/${found.of}`]).toEqual([status, ready]);
});

test('restarts are those of what runs, and of sidecars; the last one is told', () => {
  const restarted = (restartCount: number, finishedAt: string) =>
    running({ started: true, restartCount, lastState: { terminated: { finishedAt } } });
  const given = {
    inits: [restarted(2, '2026-01-03T00:00:00Z')],
    mains: [restarted(3, '2026-01-02T00:00:00Z')],
  };
  expect(podStatus(pod({ ...given, initSpec: sidecar }))).toMatchObject({
    restarts: 5,
    lastRestart: '2026-01-03T00:00:00Z',
  });
});

test('what is of the wrong type is as absent', () => {
  const odd = {
    metadata: 7,
    spec: { containers: 'x', initContainers: [null] },
    status: { containerStatuses: [1] },
  };
  expect(podStatus(odd as JsonObject).status).toBe('Unknown');
});
