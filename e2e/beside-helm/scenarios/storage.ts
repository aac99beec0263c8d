import { chart, configMap, deployment, ref, scenario, template } from './build.ts';

const upgraded = [
  { does: 'a release', chart: chart() },
  { does: 'an upgrade', spec: { values: { motto: 'two' } } },
];

/** What others do to the records of a release, and how many are kept. */
export const storage = [
  scenario('history', () => ({
    steps: [
      { does: 'a release', chart: chart(), spec: { maxHistory: 2 } },
      ...['two', 'three', 'four'].map(motto => ({
        does: `motto ${motto}`,
        spec: { values: { motto } },
      })),
    ],
  })),
  scenario('history-without-limit', () => ({
    steps: [
      { does: 'a release', chart: chart(), spec: { maxHistory: 0 } },
      ...['two', 'three', 'four', 'five', 'six', 'seven'].map(motto => ({
        does: `motto ${motto}`,
        spec: { values: { motto } },
      })),
    ],
  })),
  scenario('pending-install', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'it looks as if an install was under way',
        records: [{ version: 1, release: { info: { status: 'pending-install' } } }],
        request: true,
      },
    ],
  })),
  scenario('pending-upgrade', () => ({
    steps: [
      ...upgraded,
      {
        does: 'it looks as if an upgrade was under way',
        records: [{ version: 2, release: { info: { status: 'pending-upgrade' } } }],
        request: true,
      },
    ],
  })),
  scenario('pending-upgrade-remediated', () => ({
    steps: [
      { does: 'a release', chart: chart(), spec: { upgrade: { remediation: { retries: 3 } } } },
      { does: 'an upgrade', spec: { values: { motto: 'two' } } },
      {
        does: 'it looks as if a rollback was under way',
        records: [{ version: 2, release: { info: { status: 'pending-rollback' } } }],
        request: true,
      },
    ],
  })),
  scenario('upgraded-by-others', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'somebody upgrades it',
        records: [{ version: 1, release: { version: 2, config: { motto: 'theirs' } } }],
        request: true,
      },
    ],
  })),
  scenario('changed-by-others', () => ({
    steps: [
      ...upgraded,
      {
        does: 'somebody changes the record',
        records: [{ version: 2, release: { info: { notes: 'theirs' } } }],
        request: true,
      },
    ],
  })),
  scenario('uninstalled-by-others', () => ({
    steps: [
      ...upgraded,
      {
        does: 'somebody removes the records',
        records: [
          { version: 1, release: null },
          { version: 2, release: null },
        ],
        remove: [ref('ConfigMap', 'app')],
        request: true,
      },
    ],
  })),
  scenario('marked-uninstalled-by-others', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'somebody uninstalls it and keeps the history',
        records: [
          { version: 1, release: { info: { status: 'uninstalled', deleted: '2026-01-01T00:00:00Z' } } },
        ],
        remove: [ref('ConfigMap', 'app')],
        request: true,
        endless: true,
      },
    ],
  })),
  scenario('failed-by-others', () => ({
    steps: [
      ...upgraded,
      {
        does: 'somebody leaves a failed upgrade',
        records: [{ version: 2, release: { version: 3, info: { status: 'failed' } } }],
        request: true,
      },
    ],
  })),
  scenario('rollback-target-removed', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'its record is changed while nobody looks',
        spec: { suspend: true },
        rests: true,
      },
      {
        does: 'and an upgrade is refused',
        records: [{ version: 1, release: { info: { description: 'theirs' } } }],
        spec: {
          suspend: false,
          values: { broken: true },
          upgrade: { remediation: { retries: 0, remediateLastFailure: true } },
        },
      },
    ],
  })),
  scenario('former-record-removed', () => ({
    steps: [
      ...upgraded,
      { does: 'nobody looks', spec: { suspend: true }, rests: true },
      {
        does: 'the newest record is gone, and an upgrade is refused',
        records: [{ version: 2, release: null }],
        spec: {
          suspend: false,
          values: { broken: true },
          upgrade: { remediation: { retries: 0, remediateLastFailure: true } },
        },
      },
    ],
  })),
  scenario('existing-release', () => ({
    steps: [
      {
        does: 'a suspended release',
        chart: chart(),
        spec: { suspend: true },
        rests: true,
        objects: [configMap('app', { motto: 'theirs' })],
      },
      { does: 'it goes on over an object of a stranger', spec: { suspend: false } },
    ],
  })),
  scenario('uninstall', () => ({
    look: [ref('ConfigMap', 'app')],
    steps: [...upgraded, { does: 'it goes', deleted: true }],
  })),
  scenario('uninstall-keeps-history', () => ({
    look: [ref('ConfigMap', 'app')],
    steps: [
      { does: 'a release', chart: chart(), spec: { uninstall: { keepHistory: true } } },
      { does: 'an upgrade', spec: { values: { motto: 'two' } } },
      { does: 'it goes', deleted: true },
    ],
  })),
  scenario('uninstall-of-what-is-gone', () => ({
    look: [ref('ConfigMap', 'app')],
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'its record was removed before it goes',
        records: [{ version: 1, release: null }],
        rests: true,
        deleted: true,
      },
    ],
  })),
  scenario('uninstall-twice', () => ({
    steps: [
      { does: 'a release', chart: chart(), spec: { uninstall: { keepHistory: true } } },
      {
        does: 'it was uninstalled before it goes',
        records: [{ version: 1, release: { info: { status: 'uninstalled' } } }],
        rests: true,
        deleted: true,
      },
    ],
  })),
  scenario('uninstall-failed-release', () => ({
    look: [ref('ConfigMap', 'app')],
    steps: [
      { does: 'a release that fails', chart: chart(), spec: { values: { broken: true } } },
      { does: 'it goes', deleted: true },
    ],
  })),
  scenario('uninstall-orphans', () => ({
    steps: [
      {
        does: 'a release',
        chart: chart('1.0.0', { 'templates/deployment.yaml': template(deployment('web')) }),
        spec: {
          install: { disableWait: true },
          uninstall: { deletionPropagation: 'orphan', disableWait: true },
        },
      },
      { does: 'it goes', deleted: true },
    ],
  })),
  scenario('uninstall-of-foreign-objects', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'an object becomes another release’s before it goes',
        change: [
          {
            ref: ref('ConfigMap', 'app'),
            patch: { metadata: { annotations: { 'meta.helm.sh/release-name': 'other' } } },
          },
        ],
        rests: true,
        deleted: true,
      },
    ],
  })),
  scenario('never-installed', () => ({
    steps: [
      { does: 'a release without a chart', endless: true },
      { does: 'it goes', deleted: true },
    ],
  })),
];
