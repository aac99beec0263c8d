import { chart, configMap, hook, job, ref, scenario, template } from './build.ts';

const test = (name: string, more: Record<string, string> = {}) => template(job(name, hook('test', more)));
const tested = { test: { enable: true } };

/** Hooks and tests. */
export const hooks = [
  scenario('hooks', () => ({
    look: [ref('Job', 'before'), ref('Job', 'after'), ref('ConfigMap', 'first'), ref('ConfigMap', 'second')],
    fates: { 'Job/before': 'succeeds', 'Job/after': 'succeeds' },
    steps: [
      {
        does: 'hooks of every policy',
        chart: chart('1.0.0', {
          'templates/hooks.yaml': template(
            job('before', hook('pre-install,pre-upgrade', { weight: '5' })),
            job('after', hook('post-install,post-upgrade', { 'delete-policy': 'hook-succeeded' })),
            configMap('first', {}, { annotations: hook('pre-install', { weight: '-5' }) }),
            configMap(
              'second',
              {},
              {
                annotations: hook('pre-install', {
                  weight: '-1',
                  'delete-policy': 'before-hook-creation, hook-succeeded',
                }),
              },
            ),
          ),
        }),
      },
      { does: 'they run again', spec: { values: { motto: 'two' } } },
      { does: 'it goes', deleted: true },
    ],
  })),
  scenario('hooks-disabled', () => ({
    look: [ref('Job', 'before')],
    steps: [
      {
        does: 'no hooks',
        chart: chart('1.0.0', {
          'templates/hooks.yaml': template(
            job('before', hook('pre-install,pre-upgrade,pre-delete,post-delete')),
          ),
        }),
        spec: {
          install: { disableHooks: true },
          upgrade: { disableHooks: true },
          uninstall: { disableHooks: true },
        },
      },
      { does: 'nor then', spec: { values: { motto: 'two' } } },
      { does: 'nor at the end', deleted: true },
    ],
  })),
  scenario('hook-fails', () => ({
    look: [ref('Job', 'before'), ref('ConfigMap', 'first')],
    fates: { 'Job/before': 'fails' },
    steps: [
      {
        does: 'a hook fails',
        chart: chart('1.0.0', {
          'templates/hooks.yaml': template(
            job('before', hook('pre-install', { weight: '5' })),
            configMap(
              'first',
              {},
              {
                annotations: hook('pre-install', { 'delete-policy': 'hook-succeeded' }),
              },
            ),
          ),
        }),
      },
    ],
  })),
  scenario('hook-fails-and-goes', () => ({
    look: [ref('Job', 'after')],
    fates: { 'Job/after': 'fails' },
    steps: [
      {
        does: 'a hook after the install fails, and is deleted',
        chart: chart('1.0.0', {
          'templates/hooks.yaml': template(
            job('after', hook('post-install,post-upgrade', { 'delete-policy': 'hook-failed' })),
          ),
        }),
        spec: { install: { remediation: { retries: 0, remediateLastFailure: true } } },
      },
    ],
  })),
  scenario('hook-does-not-end', () => ({
    look: [ref('Job', 'before')],
    steps: [
      {
        does: 'a hook does not end',
        chart: chart('1.0.0', { 'templates/hooks.yaml': template(job('before', hook('pre-install'))) }),
        spec: { timeout: '2s' },
      },
    ],
  })),
  scenario('hook-refused', () => ({
    steps: [
      {
        does: 'a hook that is refused',
        chart: chart('1.0.0', {
          'templates/hooks.yaml': template(configMap('Bad_Name', {}, { annotations: hook('pre-install') })),
        }),
      },
    ],
  })),
  scenario('upgrade-hook-fails', () => ({
    fates: { 'Job/before': 'fails' },
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'a hook of the upgrade fails',
        chart: chart('1.1.0', { 'templates/hooks.yaml': template(job('before', hook('pre-upgrade'))) }),
        spec: { upgrade: { remediation: { retries: 0, remediateLastFailure: true } } },
      },
    ],
  })),
  scenario('rollback-hooks', () => ({
    look: [ref('Job', 'back'), ref('Job', 'backed')],
    fates: { 'Job/back': 'succeeds', 'Job/backed': 'fails' },
    steps: [
      {
        does: 'a release',
        chart: chart('1.0.0', {
          'templates/hooks.yaml': template(
            job('back', hook('pre-rollback')),
            job('backed', hook('post-rollback')),
          ),
        }),
      },
      {
        does: 'an upgrade is refused, and what follows the rollback fails',
        spec: {
          values: { broken: true },
          upgrade: { remediation: { retries: 0, remediateLastFailure: true } },
        },
      },
    ],
  })),
  scenario('deletion-hooks', () => ({
    look: [ref('Job', 'before'), ref('Job', 'after'), ref('ConfigMap', 'app')],
    fates: { 'Job/before': 'succeeds', 'Job/after': 'succeeds' },
    steps: [
      {
        does: 'a release',
        chart: chart('1.0.0', {
          'templates/hooks.yaml': template(
            job('before', hook('pre-delete')),
            job('after', hook('post-delete', { 'delete-policy': 'hook-succeeded' })),
          ),
        }),
      },
      { does: 'it goes', deleted: true },
    ],
  })),
  scenario('deletion-hook-fails', () => ({
    look: [ref('ConfigMap', 'app')],
    fates: { 'Job/before': 'fails' },
    steps: [
      {
        does: 'a release',
        chart: chart('1.0.0', { 'templates/hooks.yaml': template(job('before', hook('pre-delete'))) }),
      },
      {
        does: 'it cannot go',
        deleted: true,
        becomes: 'False',
        endless: true,
      },
    ],
  })),
  scenario('tests', () => ({
    fates: { 'Job/one': 'succeeds', 'Job/two': 'succeeds' },
    steps: [
      {
        does: 'two tests',
        chart: chart('1.0.0', { 'templates/tests.yaml': `${test('one')}---\n${test('two')}` }),
        spec: tested,
      },
      { does: 'and again', spec: { values: { motto: 'two' } } },
      { does: 'no tests any more', spec: { test: { enable: false } } },
    ],
  })),
  scenario('no-tests', () => ({
    steps: [
      { does: 'a chart without tests', chart: chart(), spec: tested },
      { does: 'a request', request: true },
    ],
  })),
  scenario('tests-later', () => ({
    fates: { 'Job/one': 'succeeds' },
    steps: [
      { does: 'a release', chart: chart('1.0.0', { 'templates/tests.yaml': test('one') }) },
      { does: 'it is to be tested', spec: tested },
    ],
  })),
  scenario('test-fails', () => ({
    fates: { 'Job/one': 'succeeds', 'Job/two': 'fails' },
    steps: [
      {
        does: 'one of two fails',
        chart: chart('1.0.0', { 'templates/tests.yaml': `${test('one')}---\n${test('two')}` }),
        spec: tested,
      },
      { does: 'it does not any more', fates: { 'Job/two': 'succeeds' }, asks: 'resetAt' },
    ],
  })),
  scenario('test-failures-ignored', () => ({
    fates: { 'Job/one': 'fails' },
    steps: [
      {
        does: 'a failure that does not count',
        chart: chart('1.0.0', { 'templates/tests.yaml': test('one') }),
        spec: { test: { enable: true, ignoreFailures: true } },
      },
      { does: 'an upgrade', spec: { values: { motto: 'two' } } },
    ],
  })),
  scenario('test-fails-and-remediation-ignores', () => ({
    fates: { 'Job/one': 'fails' },
    steps: [
      {
        does: 'a failure that is no reason to uninstall',
        chart: chart('1.0.0', { 'templates/tests.yaml': test('one') }),
        spec: {
          ...tested,
          install: { remediation: { retries: 1, ignoreTestFailures: true, remediateLastFailure: true } },
        },
      },
    ],
  })),
  scenario('install-test-fails-and-retries', () => ({
    fates: { 'Job/one': 'fails' },
    steps: [
      {
        does: 'it is tried twice',
        chart: chart('1.0.0', { 'templates/tests.yaml': test('one') }),
        spec: { ...tested, install: { remediation: { retries: 1 } } },
      },
    ],
  })),
  scenario('upgrade-test-fails', () => ({
    fates: { 'Job/one': 'succeeds' },
    steps: [
      {
        does: 'a release',
        chart: chart('1.0.0', { 'templates/tests.yaml': test('one') }),
        spec: { ...tested, upgrade: { remediation: { retries: 0, remediateLastFailure: true } } },
      },
      {
        does: 'a test of the upgrade fails',
        fates: { 'Job/one': 'fails' },
        spec: { values: { motto: 'two' } },
      },
      { does: 'a request', request: true },
    ],
  })),
  scenario('test-filters', () => ({
    look: [ref('Job', 'one'), ref('Job', 'two'), ref('Job', 'three')],
    fates: { 'Job/one': 'succeeds', 'Job/two': 'succeeds', 'Job/three': 'fails' },
    steps: [
      {
        does: 'all but one',
        chart: chart('1.0.0', {
          'templates/tests.yaml': [test('one'), test('two'), test('three')].join('---\n'),
        }),
        spec: { test: { enable: true, filters: [{ name: 'three', exclude: true }] } },
      },
      {
        does: 'only one',
        spec: { values: { motto: 'two' }, test: { enable: true, filters: [{ name: 'two' }] } },
      },
    ],
  })),
  scenario('test-does-not-end', () => ({
    steps: [
      {
        does: 'a test does not end',
        chart: chart('1.0.0', { 'templates/tests.yaml': test('one') }),
        spec: { test: { enable: true, timeout: '2s' } },
      },
    ],
  })),
];
