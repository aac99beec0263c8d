import type { Resource } from '@millrace/api';
import type { JsonObject } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import { findCondition } from './conditions.ts';
import { Failed, NotReady, Stalled } from './outcome.ts';
import { failing, isRequested, progressing, ready, restingStatus, waiting } from './status.ts';

const now = new Date('2026-11-22T10:00:00.500Z');
const later = new Date('2026-11-22T10:05:00Z');

function object(status?: JsonObject, annotations?: Record<string, string>): Resource {
  return {
    apiVersion: 'x/v1',
    kind: 'X',
    metadata: { name: 'a', generation: 3, ...(annotations ? { annotations } : {}) },
    spec: {},
    status: status as Resource['status'],
  };
}

const of = (status: JsonObject, type: string) =>
  findCondition((object(status).status as { conditions: never[] }).conditions, type);
const types = (status: JsonObject) => (status.conditions as { type: string }[]).map(({ type }) => type);

describe('what a reconcile came to', () => {
  test('work that has begun is neither ready nor failed', () => {
    const status = progressing(object(), 'Fetching', now);
    expect(of(status, 'Ready')).toMatchObject({
      status: 'Unknown',
      reason: 'Progressing',
      message: 'Reconciliation in progress',
    });
    expect(of(status, 'Reconciling')).toMatchObject({
      status: 'True',
      message: 'Fetching',
      observedGeneration: 3,
      lastTransitionTime: '2026-11-22T10:00:00Z',
    });
    expect(status.observedGeneration).toBeUndefined();
  });

  test('success ends Reconciling and Stalled, and observes the generation and the request', () => {
    const before = progressing(object({ conditions: [] }), 'Fetching', now);
    const status = ready(
      object(before, { 'reconcile.fluxcd.io/requestedAt': 'tonight' }),
      { kind: 'ready', reason: 'Succeeded', message: 'done', status: { extra: 1 } },
      later,
    );
    expect(types(status)).toEqual(['Ready']);
    expect(of(status, 'Ready')).toMatchObject({
      status: 'True',
      reason: 'Succeeded',
      lastTransitionTime: '2026-11-22T10:05:00Z',
    });
    expect(status).toMatchObject({ observedGeneration: 3, lastHandledReconcileAt: 'tonight', extra: 1 });
  });

  test('one who rests is told to be as it was, in this generation, and answers who asks', () => {
    const asked = { 'reconcile.fluxcd.io/requestedAt': 'tonight' };
    const { conditions } = failing(object(), new Stalled('URLInvalid', 'no such URL'), now);
    const before = (conditions as JsonObject[]).map(one => ({ ...one, observedGeneration: 2 }));
    const status = restingStatus(object({ conditions: before }, asked), later);
    expect(types(status)).toEqual(['Ready']);
    expect(of(status, 'Ready')).toEqual({
      ...of({ conditions } as JsonObject, 'Ready'),
      observedGeneration: 3,
    });
    expect(status).toMatchObject({ observedGeneration: 3, lastHandledReconcileAt: 'tonight' });
    expect(restingStatus(object({ observedGeneration: -1 }, asked), now)).toEqual({
      lastHandledReconcileAt: 'tonight',
    });
  });

  test('a failure is tried again: Reconciling goes on with its retry, the generation is not observed', () => {
    const before = progressing(object(), 'Building', now);
    const status = failing(object(before), new Failed('BuildFailed', 'no such file'), later);
    expect(of(status, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'BuildFailed',
      message: 'no such file',
    });
    expect(of(status, 'Reconciling')).toMatchObject({
      status: 'True',
      reason: 'ProgressingWithRetry',
      message: 'Building',
    });
    expect(status.observedGeneration).toBeUndefined();
  });

  test('what is stalled is not tried again: Stalled takes the place of Reconciling', () => {
    const status = failing(
      object(progressing(object(), 'Building', now)),
      new Stalled('InvalidSpec', 'no'),
      later,
    );
    expect(types(status)).toEqual(['Stalled', 'Ready']);
    expect(status.observedGeneration).toBe(3);
  });

  test('the time of transition moves only when the status does', () => {
    const first = failing(object(), new NotReady('DependencyNotReady', 'a'), now);
    const second = failing(object(first), new Failed('BuildFailed', 'b'), later);
    expect(of(second, 'Ready')).toMatchObject({
      reason: 'BuildFailed',
      lastTransitionTime: '2026-11-22T10:00:00Z',
    });
  });

  test('further conditions are set and removed as the step says', () => {
    const status = waiting(
      object(),
      {
        kind: 'waiting',
        message: 'health',
        wakeAfter: 1,
        conditions: { Healthy: { status: 'Unknown', reason: 'Progressing', message: 'm' } },
      },
      now,
    );
    expect(of(status, 'Healthy')).toMatchObject({ status: 'Unknown' });
    const done = ready(
      object(status),
      { kind: 'ready', reason: 'R', message: 'm', conditions: { Healthy: false } },
      later,
    );
    expect(types(done)).toEqual(['Ready']);
  });

  test('a field that is set to null goes', () => {
    expect(
      ready(object({ old: 1 }), { kind: 'ready', reason: 'R', message: 'm', status: { old: null } }, now),
    ).not.toHaveProperty('old');
  });

  test('a message that the API would refuse is cut', () => {
    const status = failing(object(), new Failed('R', 'x'.repeat(40_000)), now);
    expect(of(status, 'Ready')!.message.length).toBe(32_768);
  });

  test('a request is open until its value is repeated', () => {
    const annotations = { 'reconcile.fluxcd.io/requestedAt': 'v' };
    expect(isRequested(object({}, annotations))).toBe(true);
    expect(isRequested(object({ lastHandledReconcileAt: 'v' }, annotations))).toBe(false);
    expect(isRequested(object({ lastHandledReconcileAt: 'v' }))).toBe(false);
  });
});
