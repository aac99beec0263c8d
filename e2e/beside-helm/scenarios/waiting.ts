import type { Plain } from '../../beside/scene.ts';
import { chart, configMap, deployment, hook, job, ref, scenario, template } from './build.ts';

const working = { 'templates/job.yaml': template(job('work')) };
const web = { 'templates/web.yaml': template(deployment('web')) };
const rolledBack = { retries: 0, remediateLastFailure: true };

/** A release whose upgrade is refused, and which is rolled back as these fields say. */
const back = (rollback: Plain, files: Record<string, string>, more: Plain = {}) => [
  {
    does: 'a release',
    chart: chart('1.0.0', files),
    spec: {
      install: { disableWait: true },
      upgrade: { disableWait: true, remediation: rolledBack },
      rollback,
      ...more,
    },
  },
  { does: 'an upgrade that is refused', spec: { values: { broken: true, motto: 'two' } } },
];

/** For what is waited, for how long, and what a rollback does. */
export const waiting = [
  scenario('jobs-are-waited-for', () => ({
    steps: [
      { does: 'a Job that does not end', chart: chart('1.0.0', working), spec: { timeout: '2s' } },
      { does: 'it ends', fates: { 'Job/work': 'succeeds' }, asks: 'resetAt', spec: { timeout: '20s' } },
    ],
  })),
  scenario('jobs-are-not-waited-for', () => ({
    steps: [
      {
        does: 'a Job that does not end',
        chart: chart('1.0.0', working),
        spec: {
          timeout: '3s',
          install: { disableWaitForJobs: true },
          upgrade: { disableWaitForJobs: true },
        },
      },
      { does: 'other values', spec: { values: { motto: 'two' } } },
    ],
  })),
  scenario('jobs-are-not-waited-for-as-helm-3', () => ({
    steps: [
      {
        does: 'a Job that does not end',
        chart: chart('1.0.0', working),
        spec: {
          timeout: '3s',
          waitStrategy: { name: 'legacy' },
          install: { disableWaitForJobs: true },
          upgrade: { disableWaitForJobs: false, remediation: { retries: 0, remediateLastFailure: false } },
        },
      },
      { does: 'an upgrade that waits for it', spec: { values: { motto: 'two' } } },
    ],
  })),
  scenario('poller', () => ({
    fates: { 'Deployment/web': 'becomes ready' },
    steps: [
      {
        does: 'a Deployment that becomes ready, by the strategy of that name',
        chart: chart('1.0.0', web),
        spec: { timeout: '30s', waitStrategy: { name: 'poller' } },
      },
    ],
  })),
  scenario('install-timeout', () => ({
    steps: [
      {
        does: 'a hook that does not end within the time of the install',
        chart: chart('1.0.0', { 'templates/hooks.yaml': template(job('before', hook('pre-install'))) }),
        spec: { timeout: '1h', install: { timeout: '2s' } },
      },
    ],
  })),
  scenario('uninstall-timeout', () => ({
    look: [ref('ConfigMap', 'app')],
    steps: [
      {
        does: 'a release',
        chart: chart('1.0.0', { 'templates/hooks.yaml': template(job('before', hook('pre-delete'))) }),
        spec: { timeout: '1h', uninstall: { timeout: '2s' } },
      },
      { does: 'it does not go within that time', deleted: true, becomes: 'False', endless: true },
    ],
  })),
  scenario('rollback-as-asked', () => ({
    look: [ref('Job', 'back')],
    steps: back(
      {
        timeout: '5s',
        disableWait: true,
        disableWaitForJobs: true,
        disableHooks: true,
        cleanupOnFail: true,
        recreate: true,
        force: true,
      },
      {
        ...web,
        ...working,
        'templates/hooks.yaml': template(job('back', hook('pre-rollback'))),
      },
    ),
  })),
  scenario('rollback-waits', () => ({
    steps: back({ timeout: '2s' }, web),
  })),
  scenario('rollback-waits-for-jobs', () => ({
    steps: back({ timeout: '2s' }, working),
  })),
  scenario('rollback-does-not-wait-for-jobs', () => ({
    steps: back({ timeout: '3s', disableWaitForJobs: true }, working),
  })),
  ...(['enabled', 'disabled', 'auto'] as const).map(serverSideApply =>
    scenario(`rollback-${serverSideApply}`, () => ({
      steps: back({ serverSideApply }, {}),
    })),
  ),
  scenario('rollback-force-client-side', () => ({
    steps: back(
      { force: true, serverSideApply: 'disabled' },
      {},
      { install: { serverSideApply: false }, upgrade: { remediation: rolledBack, disableWait: true } },
    ),
  })),
  scenario('rollback-cleans-up', () => ({
    look: [ref('ConfigMap', 'second')],
    steps: [
      {
        does: 'a release with an object that cannot be made again as it was',
        chart: chart('1.0.0', {
          'templates/fixed.yaml': template({ ...configMap('fixed', { a: '1' }), immutable: true }),
          'templates/second.yaml': template(configMap('second', { a: '1' })),
        }),
        spec: { rollback: { cleanupOnFail: true }, upgrade: { remediation: rolledBack } },
      },
      {
        does: 'two of its objects leave, and one is made by somebody else',
        chart: chart('1.1.0'),
      },
      {
        does: 'an upgrade is refused, and a rollback goes to what has been',
        objects: [{ ...configMap('fixed', { a: '2' }), immutable: true }],
        spec: { values: { broken: true } },
      },
    ],
  })),
  scenario('upgrade-test-fails-and-does-not-count', () => ({
    fates: { 'Job/one': 'succeeds' },
    steps: [
      {
        does: 'a release',
        chart: chart('1.0.0', { 'templates/tests.yaml': template(job('one', hook('test'))) }),
        spec: {
          test: { enable: true },
          upgrade: { remediation: { retries: 1, ignoreTestFailures: true, remediateLastFailure: true } },
        },
      },
      {
        does: 'its test fails after an upgrade, which is no reason to go back',
        fates: { 'Job/one': 'fails' },
        spec: { values: { motto: 'two' } },
      },
      { does: 'a request', request: true },
    ],
  })),
  scenario('health-expression-in-progress', () => ({
    steps: [
      {
        does: 'a ConfigMap that says of itself that it is under way',
        chart: chart(),
        spec: {
          healthCheckExprs: [
            {
              apiVersion: 'v1',
              kind: 'ConfigMap',
              inProgress: "data.motto == 'busy'",
              failed: "data.motto == 'bad'",
              current: 'true',
            },
          ],
          timeout: '3s',
          values: { motto: 'busy' },
        },
      },
      { does: 'it is done', spec: { values: { motto: 'good' } } },
    ],
  })),
];
