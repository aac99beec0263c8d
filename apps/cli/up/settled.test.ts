import type { GitRepository, Kustomization } from '@millrace/api';
import { describe, expect, test } from 'vitest';
import { settled } from './settled.ts';
import { Standings } from './standings.ts';

const condition = (status: string, reason = '', message = '') => [
  { type: 'Ready', status, reason, message, lastTransitionTime: '', observedGeneration: 1 },
];

const source = (status: object): GitRepository =>
  ({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'fleet', namespace: 'flux', generation: 1 },
    spec: { url: 'https://example.com/a', interval: '1m' },
    status: { observedGeneration: 1, lastHandledReconcileAt: '1', ...status },
  }) as GitRepository;

const at = (revision: string) => source({ artifact: { revision }, conditions: condition('True') });

const ks = (name: string, status: object, spec: object = {}): Kustomization =>
  ({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'flux', generation: 1 },
    spec: { interval: '10m', prune: true, sourceRef: { kind: 'GitRepository', name: 'fleet' }, ...spec },
    status: { observedGeneration: 1, ...status },
  }) as Kustomization;

const applied = (revision: string) => ({
  lastAppliedRevision: revision,
  lastAttemptedRevision: revision,
  conditions: condition('True'),
});
const broken = (revision: string, reason = 'ReconciliationFailed') => ({
  lastAttemptedRevision: revision,
  conditions: condition('False', reason, 'no'),
});

/** The fleet after some things have happened, one a second; and what is thought of it half a second later. */
function after(...steps: ((all: Standings, now: number) => void)[]) {
  const all = new Standings();
  for (const [i, step] of steps.entries()) step(all, i * 1000);
  const last = (steps.length - 1) * 1000;
  return { all, soon: settled(all, '1', last, last + 500), later: settled(all, '1', last, last + 6000) };
}
const put = (object: Kustomization) => (all: Standings, now: number) =>
  all.kustomization(`flux/${object.metadata.name}`, object, now);
const src = (object: GitRepository) => (all: Standings, now: number) => all.source('flux/fleet', object, now);

describe('a fleet', () => {
  test('is ready when everything is, for the revision of its source', () => {
    expect(after(src(at('a')), put(ks('one', applied('a')))).soon).toBe('ready');
    expect(after(src(at('a')), put(ks('one', applied('a'))), src(at('b'))).soon).toBeUndefined();
    expect(after(src(at('a')), put(ks('one', applied('a'), { suspend: true }))).soon).toBe('ready');
    expect(after(src(at('a')), put(ks('one', { conditions: condition('Unknown') }))).soon).toBeUndefined();
  });

  test('is not ready before its sources have looked', () => {
    const all = new Standings();
    all.source('flux/fleet', at('a'), 0);
    expect(settled(all, '2', 0, 1000)).toBeUndefined();
  });

  test('has not ended before what was asked for is done', () => {
    const asked = at('a');
    asked.metadata.annotations = { 'reconcile.fluxcd.io/requestedAt': '2' };
    expect(after(src(asked), put(ks('one', broken('a')))).later).toBeUndefined();
    const moved = source({ artifact: { revision: 'a', url: 'elsewhere' }, conditions: condition('True') });
    const soonAgain = put(ks('one', broken('a'), { retryInterval: '2s' }));
    expect(after(src(at('a')), soonAgain, src(moved)).soon).toBeUndefined();
  });

  test('has failed as soon as nothing more can come', () => {
    expect(after(src(at('a')), put(ks('one', broken('a')))).soon).toBe('failed');
  });

  test('has not failed while a failure is of an earlier revision or spec', () => {
    expect(after(src(at('b')), put(ks('one', broken('a')))).later).toBeUndefined();
    const changed = ks('one', broken('b'));
    changed.metadata.generation = 2;
    expect(after(src(at('b')), put(changed)).later).toBeUndefined();
  });

  test('has not failed while something works', () => {
    const working = put(ks('two', { conditions: condition('Unknown') }));
    expect(after(src(at('a')), put(ks('one', broken('a'))), working).later).toBeUndefined();
  });

  test('waits for the next try where something has come since that may have helped', () => {
    const soonAgain = ks('one', broken('a'), { retryInterval: '2s' });
    const steps = [src(at('a')), put(soonAgain), put(ks('two', applied('a')))];
    expect(after(...steps).soon).toBeUndefined();
    const again = (all: Standings, now: number) => all.failedAgain('Kustomization', 'flux/one', now);
    expect(after(...steps, again).soon).toBe('failed');
    expect(after(src(at('a')), put(ks('one', broken('a'))), put(ks('two', applied('a')))).soon).toBe(
      'failed',
    );
  });

  test('has failed with those that wait for what has failed, and waits for those that are about to be woken', () => {
    const waiting = put(ks('two', broken('', 'DependencyNotReady'), { dependsOn: [{ name: 'one' }] }));
    expect(after(src(at('a')), put(ks('one', broken('a'))), waiting).soon).toBe('failed');
    expect(after(src(at('a')), waiting, put(ks('one', applied('a')))).soon).toBeUndefined();
  });

  test('waits for a release whose chart has come, and not for one whose chart does not', () => {
    const object = (kind: string, status: object) => (all: Standings, now: number) =>
      all.other(
        kind,
        'flux/one',
        { ...source(status), kind, metadata: { name: 'one', namespace: 'flux', generation: 1 } },
        now,
      );
    const release = object('HelmRelease', {
      conditions: condition('False', 'SourceNotReady', 'no'),
      helmChart: 'flux/one',
    });
    const chart = object('HelmChart', { conditions: condition('True') });
    const missing = object('HelmChart', { conditions: condition('False', 'ChartPullError', 'no') });
    const come = after(src(at('a')), release, chart, put(ks('one', applied('a'))));
    expect([come.soon, come.later]).toEqual([undefined, undefined]);
    expect(after(src(at('a')), put(ks('one', applied('a'))), missing, release).later).toBe('failed');
  });

  test('has failed where its source has, after a second try', () => {
    const failed = src(source({ conditions: condition('False', 'GitOperationFailed', 'no') }));
    const waiting = put(ks('one', broken('', 'ArtifactFailed')));
    expect(after(failed, waiting).soon).toBeUndefined();
    expect(after(failed, waiting, put(ks('two', broken('', 'ArtifactFailed')))).soon).toBe('failed');
  });

  test('is never ready with objects that nobody reconciles', () => {
    const lacking = (all: Standings, now: number) => all.lacking('HelmRelease', 'a/web', true, now);
    const gone = (all: Standings, now: number) => all.lacking('HelmRelease', 'a/web', false, now);
    const ready = [src(at('a')), put(ks('one', applied('a')))];
    expect(after(...ready, lacking).soon).toBe('failed');
    expect(after(...ready, lacking, gone).soon).toBe('ready');
  });
});
