import type { Alert, Provider } from '@millrace/api';
import type { Heard } from '@millrace/web';
import { expect, test } from 'vitest';
import { heardByAlert } from './sends-on.ts';

const alert = (spec: object = {}) =>
  ({
    metadata: { name: 'chat', namespace: 'team' },
    spec: { providerRef: { name: 'chat' }, eventSources: [{ kind: 'Kustomization', name: '*' }], ...spec },
  }) as Alert;

const provider = (spec: object = {}) =>
  ({ metadata: { name: 'chat', namespace: 'team' }, spec: { type: 'slack', ...spec } }) as Provider;

const event = (more: Partial<Heard['event']> = {}): Heard['event'] => ({
  ...{ key: 'Kustomization/team/app', apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
  ...{ namespace: 'team', at: 0, isWarning: false, reason: 'ReconciliationSucceeded', message: 'done' },
  ...{ count: 1, changed: '', revision: '', metadata: {} },
  ...more,
});

const heard = (more: Partial<Heard> = {}) =>
  heardByAlert({ event: event(), alert: alert(), provider: provider(), labels: {}, ...more });

test.each<[string, Partial<Heard>, boolean]>([
  ['of an object that it names', {}, true],
  ['of another kind', { event: event({ kind: 'HelmRelease', key: 'HelmRelease/team/app' }) }, false],
  ['of another namespace', { event: event({ namespace: 'other', key: 'Kustomization/other/app' }) }, false],
  ['that is no error, where it wants errors', { alert: alert({ eventSeverity: 'error' }) }, false],
  [
    'that is an error, where it wants errors',
    { alert: alert({ eventSeverity: 'error' }), event: event({ isWarning: true }) },
    true,
  ],
  ['that it excludes', { alert: alert({ exclusionList: ['^do'] }) }, false],
  ['that it does not include', { alert: alert({ inclusionList: ['failed'] }) }, false],
  ['while it is suspended', { alert: alert({ suspend: true }) }, false],
  ['while its Provider is suspended', { provider: provider({ suspend: true }) }, false],
  ['whose Provider may not be known', { provider: undefined }, true],
  [
    'whose labels it does not want',
    {
      alert: alert({ eventSources: [{ kind: 'Kustomization', name: '*', matchLabels: { team: 'a' } }] }),
      labels: { team: 'b' },
    },
    false,
  ],
  [
    'whose labels it wants',
    {
      alert: alert({ eventSources: [{ kind: 'Kustomization', name: '*', matchLabels: { team: 'a' } }] }),
      labels: { team: 'a' },
    },
    true,
  ],
  ['that names no commit, for a Git host', { provider: provider({ type: 'github' }) }, false],
  ['that only tells that nothing is new', { event: event({ reason: 'ArtifactUpToDate' }) }, false],
  ['of a scan that found the same again', { event: event({ reason: 'Succeeded', count: 7 }) }, false],
])('an Alert and an event %s', (_what, more, expected) => {
  expect(heard(more)).toBe(expected);
});
