import type { Json } from '@millrace/json';
import { describe, expect, test } from 'vitest';
import golden from './golden/kstatus.json' with { type: 'json' };
import { asKubeObject, healthOf } from './index.ts';

describe('health', () => {
  test.each(golden)('$name is $status, as kstatus says', ({ object, status, message }) => {
    expect(healthOf(asKubeObject(object as unknown as Json))).toEqual({ status, message });
  });

  test('what is not there is not found', () => {
    expect(healthOf(undefined).status).toBe('NotFound');
  });

  test.each([
    [{ observedGeneration: -1 }, 'InProgress'],
    [{ observedGeneration: 1, conditions: [{ type: 'Ready', status: 'True' }] }, 'InProgress'],
    [{ observedGeneration: 2, conditions: [{ type: 'Ready', status: 'True' }] }, 'Current'],
    [{ observedGeneration: 2, conditions: [{ type: 'Ready', status: 'False' }] }, 'InProgress'],
    [
      {
        observedGeneration: 2,
        conditions: [
          { type: 'Reconciling', status: 'True' },
          { type: 'Ready', status: 'False' },
        ],
      },
      'InProgress',
    ],
    [{ observedGeneration: 2, conditions: [{ type: 'Stalled', status: 'True' }] }, 'Failed'],
  ])('a HelmRelease with the status %j is %s', (status, health) => {
    const release = asKubeObject({
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'a', generation: 2 },
      status: status as unknown as Json,
    });
    expect(healthOf(release).status).toBe(health);
  });

  test('a Job that runs is in progress until it has completed, as Flux has it', () => {
    const job = (status: object) =>
      asKubeObject({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'a' }, status: status as Json });
    expect(healthOf(job({ startTime: '2026-01-01T00:00:00Z', active: 1 })).status).toBe('InProgress');
  });
});
