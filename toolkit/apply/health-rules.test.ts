import type { KubeObject } from '@millrace/kube';
import { describe, expect, test } from 'vitest';
import { type HealthExpressions, healthBy, healthRules } from './health-rules.ts';

const rule = (more: Partial<HealthExpressions> = {}): HealthExpressions => ({
  apiVersion: 'example.com/v1',
  kind: 'Database',
  current: "status.phase == 'up'",
  inProgress: 'has(status.step) && status.step < 3',
  failed: "status.phase == 'down'",
  ...more,
});

const database = (status: unknown, more: Partial<KubeObject> = {}): KubeObject => ({
  apiVersion: 'example.com/v2',
  kind: 'Database',
  metadata: { name: 'a', generation: 2 },
  status,
  ...more,
});

describe('health by expressions', () => {
  test.each([
    [{ phase: 'up' }, 'Current'],
    [{ phase: 'down' }, 'Failed'],
    [{ phase: 'other' }, 'InProgress'],
    [{ phase: 'down', step: 2 }, 'InProgress'],
    [{ phase: 'up', observedGeneration: 1 }, 'InProgress'],
    [{ phase: 'up', observedGeneration: 2 }, 'Current'],
    [{ phase: 'up', observedGeneration: 'one' }, 'Current'],
  ])('of %j is %s', (status, health) => {
    expect(healthBy(healthRules([rule()]), database(status))).toEqual({ status: health, message: '' });
  });

  test('that have no value yet is not known', () => {
    expect(healthBy(healthRules([rule()]), database(undefined))).toEqual({
      status: 'Unknown',
      message:
        "failed to evaluate the CEL expression 'has(status.step) && status.step < 3': no such attribute(s): status",
    });
    const odd = healthRules([{ apiVersion: 'example.com/v1', current: 'status.phase' }]);
    expect(healthBy(odd, database({ phase: 'up' }))).toEqual({
      status: 'Unknown',
      message: "failed to evaluate CEL expression as boolean: 'status.phase'",
    });
  });

  test('that take too long are not known, and the longest are refused', () => {
    const slow = healthRules([
      rule({ failed: 'false', current: 'status.all(a, status.all(b, status.all(c, true)))' }),
    ]);
    const status = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i]));
    expect(healthBy(slow, database(status))).toEqual({
      status: 'Unknown',
      message: expect.stringContaining('cost limit exceeded'),
    });
    const long = rule({ current: `true${' || true'.repeat(10_000)}` });
    expect(() => healthRules([long])).toThrow(/more than 20000 characters/);
  });

  test('never quotes what a Secret holds', () => {
    const rules = healthRules([{ apiVersion: 'v1', kind: 'Secret', current: 'int(data.pin) == 1' }]);
    const secret = database(undefined, { apiVersion: 'v1', kind: 'Secret' });
    const held = { ...secret, data: { pin: 'hunter2' } } as KubeObject;
    expect(JSON.stringify(healthBy(rules, held))).not.toContain('hunter2');
  });

  test('is for its kind in every version, for a whole group, and never for Jobs', () => {
    const rules = healthRules([
      rule({ current: 'false', inProgress: 'false', failed: 'false' }),
      { apiVersion: 'example.com/v1', current: 'true' },
      { apiVersion: 'batch/v1', kind: 'Job', current: 'true' },
    ]);
    const of = (apiVersion: string, kind: string) => rules.of(database({}, { apiVersion, kind }))?.status;
    expect(of('example.com/v9', 'Database')).toBe('InProgress');
    expect(of('example.com/v9', 'Other')).toBe('Current');
    expect(of('batch/v1', 'Job')).toBeUndefined();
    expect(of('v1', 'Database')).toBeUndefined();
  });

  test.each([
    [
      [rule({ current: '' })],
      'failed to create custom status evaluator for healthchecks[0]: expression Current not specified',
    ],
    [
      [rule(), rule({ apiVersion: 'example.com/v2' })],
      'duplicate custom health check for GroupKind Database.example.com at healthchecks[1]',
    ],
    [
      [rule({ failed: 'status.' })],
      /^failed to create custom status evaluator for healthchecks\[0\]: failed to parse the expression Failed: failed to parse the CEL expression 'status\.': ERROR: <input>:1:8/,
    ],
  ])('is refused where it cannot be told: %#', (list, message) => {
    expect(() => healthRules(list)).toThrow(message);
  });
});
