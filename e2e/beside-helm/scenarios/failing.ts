import { chart, configMap, deployment, ref, scenario, template } from './build.ts';

const broken = { values: { broken: true } };
const mended = { values: { broken: false } };

/** What is done about failures. */
export const failing = [
  scenario('install-fails', () => ({
    steps: [
      { does: 'a release that is refused', chart: chart(), spec: broken },
      { does: 'a request', request: true },
      { does: 'what was wrong is mended', spec: mended },
    ],
  })),
  scenario('install-fails-twice', () => ({
    steps: [
      {
        does: 'one more try',
        chart: chart(),
        spec: { ...broken, install: { remediation: { retries: 1 } } },
      },
      { does: 'what was wrong is mended', spec: mended },
    ],
  })),
  scenario('install-remediates-last', () => ({
    look: [ref('ConfigMap', 'app')],
    steps: [
      {
        does: 'the last failure is remediated',
        chart: chart(),
        spec: { ...broken, install: { remediation: { remediateLastFailure: true } } },
      },
      { does: 'what was wrong is mended', spec: mended },
    ],
  })),
  scenario('install-retries-and-remediates-last', () => ({
    look: [ref('ConfigMap', 'app')],
    steps: [
      {
        does: 'a try more, the last failure is remediated',
        chart: chart(),
        spec: { ...broken, install: { remediation: { retries: 1, remediateLastFailure: true } } },
      },
      { does: 'a request', request: true },
      { does: 'forced', asks: 'forceAt' },
    ],
  })),
  scenario('install-fails-without-end', () => ({
    look: [ref('ConfigMap', 'app')],
    steps: [
      {
        does: 'it is tried for ever, and somebody mends it',
        chart: chart(),
        spec: { ...broken, install: { remediation: { retries: -1 } } },
        endless: true,
        becomes: 'False',
      },
    ],
  })),
  scenario('install-retry-on-failure', () => ({
    steps: [
      {
        does: 'it is tried again later',
        chart: chart(),
        spec: { ...broken, install: { strategy: { name: 'RetryOnFailure', retryInterval: '1h' } } },
        endless: true,
      },
      { does: 'a request', request: true, endless: true },
      { does: 'what was wrong is mended', spec: mended },
    ],
  })),
  scenario('install-retry-soon', () => ({
    steps: [
      {
        does: 'it is tried again soon, and fails again',
        chart: chart(),
        spec: {
          ...broken,
          install: { strategy: { name: 'RetryOnFailure', retryInterval: '20s' } },
          upgrade: { strategy: { name: 'RetryOnFailure', retryInterval: '1h' } },
        },
        endless: true,
      },
    ],
  })),
  scenario('render-fails', () => ({
    steps: [
      {
        does: 'a chart that cannot be rendered',
        chart: chart('1.0.0', { 'templates/bad.yaml': '{{ fail "no way" }}\n' }),
        endless: true,
      },
      { does: 'a chart that can', chart: chart('1.1.0') },
      {
        does: 'a chart that cannot be rendered again',
        chart: chart('1.2.0', { 'templates/bad.yaml': '{{ .Values.a.b.c }}\n' }),
        endless: true,
        becomes: 'False',
      },
    ],
  })),
  scenario('schema-fails', () => {
    const schema = '{"type": "object", "properties": {"motto": {"type": "string", "maxLength": 5}}}';
    return {
      steps: [
        {
          does: 'values that the schema refuses',
          chart: chart('1.0.0', { 'values.schema.json': schema }),
          spec: { values: { motto: 'much too long' } },
          endless: true,
        },
        { does: 'the schema does not count', spec: { install: { disableSchemaValidation: true } } },
        {
          does: 'an upgrade to which it does',
          spec: { values: { motto: 'too long again' } },
          endless: true,
          becomes: 'False',
        },
        { does: 'nor there', spec: { upgrade: { disableSchemaValidation: true } } },
      ],
    };
  }),
  scenario('upgrade-fails', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      { does: 'an upgrade that is refused', spec: broken },
      { does: 'a request', request: true },
      { does: 'what was wrong is mended', spec: mended },
    ],
  })),
  scenario('upgrade-rolled-back', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'an upgrade that is refused',
        spec: { values: { broken: true, motto: 'two' }, upgrade: { remediation: { retries: 1 } } },
      },
      { does: 'a request', request: true },
      { does: 'what was wrong is mended', spec: mended },
    ],
  })),
  scenario('upgrade-rolled-back-once', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'an upgrade that is refused',
        spec: {
          values: { broken: true, motto: 'two' },
          upgrade: { remediation: { retries: 0, remediateLastFailure: true } },
        },
      },
      { does: 'as it was before', spec: { values: null } },
      { does: 'other values', spec: { values: { motto: 'two' } } },
    ],
  })),
  scenario('upgrade-not-remediated-last', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'an upgrade that is refused',
        spec: { ...broken, upgrade: { remediation: { retries: 1, remediateLastFailure: false } } },
      },
      { does: 'forced', asks: 'forceAt' },
      { does: 'failures are forgotten', asks: 'resetAt' },
    ],
  })),
  scenario('upgrade-fails-without-end', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'it is tried for ever',
        spec: { ...broken, upgrade: { remediation: { retries: -1, strategy: 'uninstall' } } },
        becomes: 'False',
      },
    ],
  })),
  scenario('upgrade-uninstalled', () => ({
    look: [ref('ConfigMap', 'app')],
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'an upgrade that is refused',
        spec: {
          ...broken,
          upgrade: { remediation: { retries: 0, remediateLastFailure: true, strategy: 'uninstall' } },
        },
      },
      { does: 'what was wrong is mended', spec: mended },
    ],
  })),
  scenario('upgrade-uninstalled-and-retried', () => ({
    look: [ref('ConfigMap', 'app')],
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'an upgrade that is refused',
        spec: { ...broken, upgrade: { remediation: { retries: 1, strategy: 'uninstall' } } },
      },
    ],
  })),
  scenario('upgrade-retry-on-failure', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'an upgrade that is refused',
        spec: {
          values: { broken: true, motto: 'two' },
          upgrade: { strategy: { name: 'RetryOnFailure', retryInterval: '1h' } },
        },
        endless: true,
        becomes: 'False',
      },
      { does: 'a request', request: true, endless: true, becomes: 'False' },
      { does: 'what was wrong is mended', spec: mended },
      { does: 'a request when all is well', request: true },
    ],
  })),
  scenario('upgrade-remediate-on-failure', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'an upgrade that is refused',
        spec: {
          ...broken,
          upgrade: {
            strategy: { name: 'RemediateOnFailure' },
            remediation: { retries: 0, remediateLastFailure: true },
          },
        },
      },
    ],
  })),
  scenario('upgrade-cleans-up', () => ({
    look: [ref('ConfigMap', 'second')],
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'an upgrade that makes an object before it is refused',
        chart: chart('1.1.0', { 'templates/second.yaml': template(configMap('second', { a: '1' })) }),
        spec: { ...broken, upgrade: { cleanupOnFail: true } },
      },
    ],
  })),
  scenario('no-rollback-target', () => ({
    steps: [
      {
        does: 'a release that is installed by hand as it were: an upgrade after an install that failed',
        chart: chart(),
        spec: broken,
      },
      {
        does: 'it is upgraded and fails again',
        spec: {
          values: { broken: true, motto: 'two' },
          upgrade: { remediation: { remediateLastFailure: true } },
        },
      },
      { does: 'a request', request: true },
    ],
  })),
  scenario('rollback-fails', () => ({
    steps: [
      {
        does: 'a release with an object that cannot be put back',
        chart: chart('1.0.0', {
          'templates/immutable.yaml': template({ ...configMap('fixed', { a: '1' }), immutable: true }),
        }),
      },
      {
        does: 'somebody deletes the object',
        remove: [ref('ConfigMap', 'fixed')],
        rests: true,
      },
      {
        does: 'and makes another, and an upgrade is refused',
        objects: [{ ...configMap('fixed', { a: '2' }), immutable: true }],
        spec: { ...broken, upgrade: { remediation: { retries: 0, remediateLastFailure: true } } },
      },
      { does: 'a request', request: true },
    ],
  })),
  scenario('wait-fails', () => ({
    steps: [
      {
        does: 'a Deployment that does not become ready',
        chart: chart('1.0.0', { 'templates/deployment.yaml': template(deployment('web')) }),
        spec: { timeout: '2s' },
      },
      { does: 'it becomes ready', fates: { 'Deployment/web': 'becomes ready' }, request: true },
      { does: 'failures are forgotten', asks: 'resetAt', spec: { timeout: '30s' } },
    ],
  })),
  scenario('wait', () => ({
    fates: { 'Deployment/web': 'becomes ready' },
    steps: [
      {
        does: 'a Deployment that becomes ready',
        chart: chart('1.0.0', { 'templates/deployment.yaml': template(deployment('web')) }),
        spec: { timeout: '30s' },
      },
      {
        does: 'another image',
        chart: chart('1.1.0', { 'templates/deployment.yaml': template(deployment('web', 'b')) }),
      },
    ],
  })),
  scenario('wait-upgrade-fails', () => ({
    fates: { 'Deployment/web': 'becomes ready' },
    steps: [
      {
        does: 'a Deployment that becomes ready',
        chart: chart('1.0.0', { 'templates/deployment.yaml': template(deployment('web')) }),
        spec: { timeout: '30s' },
      },
      {
        does: 'another one that does not, and a rollback',
        chart: chart('1.1.0', {
          'templates/deployment.yaml': template(deployment('web')),
          'templates/other.yaml': template(deployment('other')),
        }),
        spec: { upgrade: { timeout: '2s', remediation: { retries: 0, remediateLastFailure: true } } },
      },
    ],
  })),
  scenario('no-wait', () => ({
    steps: [
      {
        does: 'a Deployment for which nobody waits',
        chart: chart('1.0.0', { 'templates/deployment.yaml': template(deployment('web')) }),
        spec: { install: { disableWait: true }, upgrade: { disableWait: true } },
      },
      {
        does: 'another image',
        chart: chart('1.1.0', { 'templates/deployment.yaml': template(deployment('web', 'b')) }),
      },
    ],
  })),
  scenario('wait-legacy', () => ({
    fates: { 'Deployment/web': 'becomes ready' },
    steps: [
      {
        does: 'as Helm 3 waits: another Deployment does not become ready',
        chart: chart('1.0.0', {
          'templates/deployment.yaml': template(deployment('web'), deployment('other')),
        }),
        spec: { timeout: '3s', waitStrategy: { name: 'legacy' } },
      },
    ],
  })),
  scenario('health-expressions', () => ({
    steps: [
      {
        does: 'a ConfigMap that says of itself that it has failed',
        chart: chart(),
        spec: {
          healthCheckExprs: [
            {
              apiVersion: 'v1',
              kind: 'ConfigMap',
              current: "data.motto == 'good'",
              failed: "data.motto == 'bad'",
            },
          ],
          timeout: '3s',
          values: { motto: 'bad' },
        },
      },
      { does: 'it does not any more', spec: { values: { motto: 'good' } } },
    ],
  })),
  scenario('health-expression-invalid', () => ({
    steps: [
      {
        does: 'an expression that is none',
        chart: chart(),
        spec: { healthCheckExprs: [{ apiVersion: 'v1', kind: 'ConfigMap', current: 'this is not' }] },
        endless: true,
      },
    ],
  })),
];
