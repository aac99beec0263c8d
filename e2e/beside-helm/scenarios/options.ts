import { chart, configMap, custom, definition, hook, ref, scenario, service, template } from './build.ts';

const strange = (name: string) => {
  const { spec, ...rest } = service(name, 80);
  return { ...rest, spec: { ...(spec as object), nothing: true } };
};
const fails = { values: { broken: true } };

/** What an action may be told besides. */
export const options = [
  scenario('crds-skip-as-of-old', () => ({
    look: [ref('CustomResourceDefinition', 'gadgets.former.golden.dev')],
    steps: [
      {
        does: 'a definition, and the former field that would skip it',
        chart: chart('1.0.0', { 'crds/gadgets.yaml': template(definition('Gadget', 'former.golden.dev')) }),
        spec: { install: { skipCRDs: true } },
      },
    ],
  })),
  ...[true, false].map(replace =>
    scenario(`install-${replace ? 'replaces' : 'does-not-replace'}`, () => ({
      steps: [
        {
          does: 'an install that fails and is remediated, with its history kept',
          chart: chart(),
          spec: {
            ...fails,
            install: { replace, remediation: { retries: replace ? 1 : 0, remediateLastFailure: true } },
            uninstall: { keepHistory: true },
          },
        },
        { does: 'what was wrong is mended', spec: { values: { broken: false } }, endless: !replace },
      ],
    })),
  ),
  ...[true, false].map(persistentClient =>
    scenario(persistentClient ? 'persistent-client' : 'client-for-each-request', () => ({
      steps: [
        {
          does: 'a definition among the objects, and an object of it',
          chart: chart('1.0.0', {
            'templates/a.yaml': template(
              definition('Gear', `${persistentClient ? 'kept' : 'new'}.golden.dev`),
            ),
          }),
          spec: { persistentClient },
        },
        {
          does: 'an object of it',
          chart: chart('1.1.0', {
            'templates/a.yaml': template(
              definition('Gear', `${persistentClient ? 'kept' : 'new'}.golden.dev`),
            ),
            'templates/b.yaml': template(
              custom('Gear', `${persistentClient ? 'kept' : 'new'}.golden.dev`, 'g', { size: 1 }),
            ),
          }),
        },
        { does: 'it goes', deleted: true },
      ],
    })),
  ),
  scenario('unknown-field-in-upgrade', () => ({
    steps: [
      { does: 'a release', chart: chart(), spec: { install: { serverSideApply: false } } },
      {
        does: 'an upgrade with a field that nobody knows',
        chart: chart('1.1.0', { 'templates/strange.yaml': template(strange('strange')) }),
        becomes: 'False',
      },
      {
        does: 'without validation',
        spec: { upgrade: { disableOpenAPIValidation: true } },
        becomes: 'True',
      },
    ],
  })),
  scenario('install-strategy-remediates', () => ({
    steps: [
      {
        does: 'an install that fails, with the strategy that is the default',
        chart: chart(),
        spec: {
          ...fails,
          install: {
            strategy: { name: 'RemediateOnFailure' },
            remediation: { retries: 1, remediateLastFailure: true },
          },
        },
      },
    ],
  })),
  ...(['background', 'foreground'] as const).map(deletionPropagation =>
    scenario(`deletion-propagation-${deletionPropagation}`, () => ({
      steps: [
        {
          does: 'a release',
          chart: chart(),
          spec: { uninstall: { deletionPropagation, disableWait: true } },
        },
        { does: 'it goes', deleted: true },
      ],
    })),
  ),
  scenario('crds-of-an-upgrade', () => ({
    look: ['one', 'two'].map(name => ref('CustomResourceDefinition', `levers.${name}.golden.dev`)),
    steps: [
      {
        does: 'a release',
        chart: chart(),
        spec: { install: { crds: 'Create' }, upgrade: { crds: 'Create' } },
      },
      {
        does: 'a definition that comes with an upgrade',
        chart: chart('1.1.0', { 'crds/one.yaml': template(definition('Lever', 'one.golden.dev')) }),
      },
      {
        does: 'one that does not',
        chart: chart('1.2.0', { 'crds/two.yaml': template(definition('Lever', 'two.golden.dev')) }),
        spec: { upgrade: { crds: 'Skip' } },
      },
    ],
  })),
  scenario('said-as-it-is-by-default', ns => ({
    look: [ref('ConfigMap', 'hook')],
    steps: [
      {
        does: 'what would be so anyway',
        chart: chart('1.0.0', {
          'crds/levers.yaml': template(definition('Lever', 'default.golden.dev')),
          'templates/hook.yaml': template(
            configMap('hook', { a: '1' }, { annotations: hook('pre-install,pre-upgrade,test') }),
          ),
        }),
        objects: [configMap('some', { 'values.yaml': 'motto: two' })],
        spec: {
          valuesFrom: [{ kind: 'ConfigMap', name: 'some', optional: false, literal: false }],
          targetNamespace: ns,
          releaseName: 'app',
          install: {
            crds: 'Create',
            createNamespace: false,
            disableHooks: false,
            disableOpenAPIValidation: false,
            disableSchemaValidation: false,
            disableWait: false,
            disableWaitForJobs: false,
            serverSideApply: true,
            skipCRDs: false,
            remediation: { retries: 0, ignoreTestFailures: false, remediateLastFailure: false },
          },
          upgrade: {
            chartNameChangeStrategy: 'Reinstall',
            cleanupOnFail: false,
            disableHooks: false,
            disableOpenAPIValidation: false,
            disableSchemaValidation: false,
            disableWait: false,
            force: false,
            preserveValues: false,
            serverSideApply: 'auto',
            remediation: {
              retries: 1,
              ignoreTestFailures: false,
              remediateLastFailure: true,
              strategy: 'rollback',
            },
          },
          rollback: {
            cleanupOnFail: false,
            disableHooks: false,
            disableWait: false,
            disableWaitForJobs: false,
            force: false,
            recreate: false,
          },
          test: { enable: true, ignoreFailures: false, filters: [{ name: 'none', exclude: false }] },
          uninstall: { disableHooks: false, disableWait: false, keepHistory: false },
        },
      },
      { does: 'an upgrade that is refused', spec: { values: { broken: true } } },
      { does: 'a chart of another name', chart: chart('1.1.0', {}, 'other'), spec: { values: null } },
      { does: 'it goes', deleted: true },
    ],
  })),
  scenario('requests-that-are-none', () => ({
    steps: [
      { does: 'a release that fails', chart: chart(), spec: fails },
      {
        does: 'forced, with no request',
        metadata: { annotations: { 'reconcile.fluxcd.io/forceAt': 'a' } },
        rests: true,
      },
      {
        does: 'failures are to be forgotten, with another request',
        metadata: { annotations: { 'reconcile.fluxcd.io/resetAt': 'b' } },
        request: true,
      },
    ],
  })),
  scenario('marks-of-drift-detection', () => {
    const mark = 'helm.toolkit.fluxcd.io/driftDetection';
    const marked = {
      disabled: { annotations: { [mark]: 'Disabled' } },
      labelled: { labels: { [mark]: 'disabled' } },
      enabled: { annotations: { [mark]: 'enabled' } },
      foreign: { annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' } },
    };
    return {
      steps: [
        {
          does: 'objects that are marked in ways of their own',
          chart: chart('1.0.0', {
            'templates/more.yaml': template(
              ...Object.entries(marked).map(([name, metadata]) => configMap(name, { a: '1' }, metadata)),
            ),
          }),
          spec: { driftDetection: { mode: 'enabled' } },
        },
        {
          does: 'somebody changes them',
          change: Object.keys(marked).map(name => ({
            ref: ref('ConfigMap', name),
            patch: { data: { a: 'theirs' } },
          })),
          request: true,
        },
      ],
    };
  }),
];
