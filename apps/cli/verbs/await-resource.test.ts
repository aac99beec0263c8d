import { expect, test } from 'vitest';
import { resourceOf } from '../resources/resource.ts';
import { hasSucceeded } from './await-resource.ts';

interface State {
  ready?: [status: string, reason: string, message?: string];
  reconciling?: string;
  stalled?: string;
  observed?: number;
}

const resource = ({ ready, reconciling, stalled, observed = 2 }: State) => {
  const condition = (type: string, status: string, reason: string, message = '') => ({
    type,
    status,
    reason,
    message,
    observedGeneration: observed,
  });
  return resourceOf({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'apps', namespace: 'flux-system', generation: 2 },
    status: {
      observedGeneration: observed,
      conditions: [
        ...(ready ? [condition('Ready', ...ready)] : []),
        ...(reconciling ? [condition('Reconciling', 'True', reconciling)] : []),
        ...(stalled ? [condition('Stalled', 'True', 'Invalid', stalled)] : []),
      ],
    },
  });
};

test.each<[string, State, boolean]>([
  ['is ready', { ready: ['True', 'ReconciliationSucceeded'] }, true],
  ['is ready for an older generation', { ready: ['True', 'ReconciliationSucceeded'], observed: 1 }, false],
  ['is at work', { ready: ['Unknown', 'Progressing'], reconciling: 'Progressing' }, false],
  ['is at work and failed before', { ready: ['False', 'BuildFailed'], reconciling: 'Progressing' }, false],
  ['waits for another', { ready: ['False', 'DependencyNotReady'] }, false],
])('one that %s', (_, state, done) => {
  expect(hasSucceeded(resource(state))).toBe(done);
});

test.each<[string, State, string]>([
  ['has failed', { ready: ['False', 'BuildFailed', 'no kustomization.yaml'] }, 'no kustomization.yaml'],
  [
    'has failed and is tried again',
    { ready: ['False', 'BuildFailed', 'no kustomization.yaml'], reconciling: 'ProgressingWithRetry' },
    'no kustomization.yaml',
  ],
  ['is stalled', { ready: ['False', 'Invalid', 'bad spec'], stalled: 'bad spec' }, 'bad spec'],
])('one that %s ends the wait with its message', (_, state, message) => {
  expect(() => hasSucceeded(resource(state))).toThrow(message);
});
