import { chart, configMap, helmRelease, ref, scenario, template } from './build.ts';

/** From a chart to objects, and back. */
export const living = [
  scenario('install', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      { does: 'a request', request: true },
    ],
  })),
  scenario('upgrade-values', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      { does: 'other values', spec: { values: { motto: 'two' } } },
      { does: 'values that say the same', spec: { values: { motto: 'two', broken: false } } },
    ],
  })),
  scenario('upgrade-chart', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      { does: 'another version', chart: chart('1.1.0', { 'values.yaml': 'motto: two\nbroken: false\n' }) },
      {
        does: 'the same version with other content',
        chart: chart('1.1.0', { 'values.yaml': 'motto: three\nbroken: false\n' }),
      },
      { does: 'and a request', request: true },
    ],
  })),
  scenario('objects-come-and-go', () => ({
    look: [ref('ConfigMap', 'second'), ref('ConfigMap', 'kept')],
    steps: [
      {
        does: 'three objects',
        chart: chart('1.0.0', {
          'templates/more.yaml': template(
            configMap('second', { a: '1' }),
            configMap('kept', { a: '1' }, { annotations: { 'helm.sh/resource-policy': 'keep' } }),
          ),
        }),
      },
      {
        does: 'two of them leave',
        chart: chart('1.1.0', { 'templates/more.yaml': template(configMap('third', { a: '1' })) }),
      },
      { does: 'the release goes', deleted: true },
    ],
  })),
  scenario('chart-template', ns => ({
    source: 'template',
    look: [
      {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'HelmChart',
        namespace: ns,
        name: `${ns}-app`,
      },
    ],
    steps: [
      { does: 'a release', chart: chart() },
      { does: 'another version is asked for', spec: { chart: { spec: { version: '2.x' } } }, rests: true },
      { does: 'another version', chart: chart('2.0.0') },
      { does: 'it goes', deleted: true },
    ],
  })),
  scenario('oci', () => ({
    source: 'OCIRepository',
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'the same version with other content',
        chart: chart('1.0.0', { 'values.yaml': 'motto: two\n' }),
      },
      { does: 'another version', chart: chart('1.1.0') },
    ],
  })),
  scenario('no-source', () => ({
    steps: [
      {
        does: 'a release of a chart that is not there',
        spec: { chartRef: { kind: 'HelmChart', name: 'none' } },
        endless: true,
      },
    ],
  })),
  scenario('source-without-artifact', () => ({
    steps: [
      { does: 'a release of a chart that is not fetched yet', endless: true },
      { does: 'the chart', chart: chart() },
    ],
  })),
  scenario('suspended', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      {
        does: 'suspended, with other values',
        spec: { suspend: true, values: { motto: 'two' } },
        rests: true,
      },
      { does: 'a request', request: true, rests: true },
      { does: 'it goes on', spec: { suspend: false } },
      { does: 'suspended again', spec: { suspend: true }, rests: true },
      { does: 'it goes while suspended', deleted: true },
    ],
  })),
  scenario('suspended-from-the-start', () => ({
    steps: [
      { does: 'a suspended release', chart: chart(), spec: { suspend: true }, rests: true },
      { does: 'it goes on', spec: { suspend: false } },
    ],
  })),
  scenario('forced', () => ({
    steps: [
      { does: 'a release', chart: chart() },
      { does: 'forced', asks: 'forceAt' },
      { does: 'asked for without force', request: true },
      { does: 'forced with other values', asks: 'forceAt', spec: { values: { motto: 'two' } } },
    ],
  })),
  scenario('reset', () => ({
    steps: [
      { does: 'a release that fails', chart: chart(), spec: { values: { broken: true } } },
      { does: 'a request', request: true },
      { does: 'failures are forgotten', asks: 'resetAt' },
      { does: 'forced', asks: 'forceAt' },
    ],
  })),
  scenario('long-name', () => ({
    called: 'a-name-that-is-much-longer-than-helm-would-have-it-be-at-all',
    steps: [
      { does: 'a release', chart: chart() },
      { does: 'it goes', deleted: true },
    ],
  })),
  scenario('dependencies', () => ({
    steps: [
      {
        does: 'a release that depends on another',
        chart: chart(),
        spec: { dependsOn: [{ name: 'first' }] },
        endless: true,
      },
      { does: 'the other', objects: [helmRelease('first', {})], becomes: 'True' },
    ],
  })),
  scenario('ready-expression', ns => ({
    steps: [
      {
        does: 'a release that depends on what another has',
        chart: chart(),
        objects: [configMap('x', {})],
        spec: {
          dependsOn: [
            {
              name: 'first',
              namespace: ns,
              readyExpr: "dep.metadata.labels['stage'] == self.spec.releaseName",
            },
          ],
          releaseName: 'gold',
        },
        endless: true,
      },
      {
        does: 'the other, which is not as it has to be',
        objects: [
          {
            ...helmRelease('first', { suspend: true }),
            metadata: { name: 'first', labels: { stage: 'lead' } },
          },
        ],
        endless: true,
      },
      {
        does: 'it becomes so',
        change: [
          {
            ref: {
              apiVersion: 'helm.toolkit.fluxcd.io/v2',
              kind: 'HelmRelease',
              namespace: '',
              name: 'first',
            },
            patch: { metadata: { labels: { stage: 'gold' } } },
          },
        ],
        becomes: 'True',
      },
    ],
  })),
  scenario('ready-expression-invalid', () => ({
    steps: [
      {
        does: 'an expression that is none',
        chart: chart(),
        objects: [helmRelease('first', { suspend: true })],
        spec: { dependsOn: [{ name: 'first', readyExpr: 'this is not' }] },
        endless: true,
      },
    ],
  })),
];
