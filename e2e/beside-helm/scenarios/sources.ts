import { chart, scenario } from './build.ts';

const helmChart = (namespace: string, name: string) => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'HelmChart',
  namespace,
  name,
});

/** Where charts come from. */
export const sources = [
  scenario('chart-template-whole', ns => ({
    source: 'template',
    places: [`${ns}-b`],
    sourceIn: `${ns}-b`,
    look: [helmChart(`${ns}-b`, `${ns}-app`)],
    steps: [
      {
        does: 'a chart with all that can be said of one',
        chart: chart(),
        spec: {
          chart: {
            metadata: { labels: { team: 'a' }, annotations: { note: 'b' } },
            spec: {
              chart: 'charts/app',
              version: '>= 1.0.0',
              interval: '7m',
              reconcileStrategy: 'Revision',
              valuesFiles: ['values.yaml', 'prod.yaml'],
              ignoreMissingValuesFiles: true,
              verify: { provider: 'cosign', secretRef: { name: 'keys' } },
              sourceRef: {
                apiVersion: 'source.toolkit.fluxcd.io/v1',
                kind: 'HelmRepository',
                name: 'charts',
                namespace: `${ns}-b`,
              },
            },
          },
        },
      },
      {
        does: 'less of it',
        spec: {
          chart: {
            metadata: { labels: { team: null, tier: 'c' }, annotations: null },
            spec: {
              interval: null,
              reconcileStrategy: 'ChartVersion',
              valuesFiles: null,
              ignoreMissingValuesFiles: false,
              verify: { provider: 'notation', secretRef: null },
            },
          },
        },
        rests: true,
      },
      {
        does: 'from a bucket',
        spec: { chart: { spec: { verify: null, sourceRef: { apiVersion: null, kind: 'Bucket' } } } },
        rests: true,
      },
      {
        does: 'from a repository of Git',
        spec: { chart: { spec: { sourceRef: { kind: 'GitRepository' } } } },
        rests: true,
      },
      { does: 'it goes', deleted: true },
    ],
  })),
  scenario('chart-comes-home', ns => ({
    source: 'template',
    places: [`${ns}-b`],
    look: [helmChart(ns, `${ns}-app`), helmChart(`${ns}-b`, `${ns}-app`)],
    steps: [
      { does: 'a chart', chart: chart() },
      {
        does: 'its repository is elsewhere',
        spec: { chart: { spec: { sourceRef: { namespace: `${ns}-b` } } } },
        rests: true,
      },
    ],
  })),
  scenario('chart-ref-elsewhere', ns => ({
    places: [`${ns}-b`],
    sourceIn: `${ns}-b`,
    steps: [
      {
        does: 'a chart of another namespace',
        chart: chart(),
        spec: {
          chartRef: {
            apiVersion: 'source.toolkit.fluxcd.io/v1',
            kind: 'HelmChart',
            name: 'chart',
            namespace: `${ns}-b`,
          },
        },
      },
      { does: 'another version', chart: chart('1.1.0') },
    ],
  })),
  scenario('from-template-to-reference', ns => ({
    source: 'template',
    look: [helmChart(ns, `${ns}-app`)],
    steps: [
      { does: 'a chart of its own', chart: chart() },
      {
        does: 'a chart of another name, which is not there',
        spec: { chart: null, chartRef: { kind: 'OCIRepository', name: 'none' } },
        endless: true,
      },
    ],
  })),
  scenario('external-artifact', () => ({
    source: 'ExternalArtifact',
    gated: true,
    steps: [
      { does: 'a chart that somebody has made', chart: chart() },
      {
        does: 'the same version with other content',
        chart: chart('1.0.0', { 'values.yaml': 'motto: two\n' }),
      },
      { does: 'other values', spec: { values: { motto: 'three' } } },
      { does: 'another version', chart: chart('1.1.0') },
      { does: 'it goes', deleted: true },
    ],
  })),
  scenario('external-artifact-missing', () => ({
    source: 'ExternalArtifact',
    gated: true,
    steps: [
      { does: 'nothing has been made yet', endless: true },
      {
        does: 'nor is there anybody of that name',
        spec: { chartRef: { kind: 'ExternalArtifact', name: 'none' } },
        endless: true,
      },
      {
        does: 'something is made',
        chart: chart(),
        spec: { chartRef: { kind: 'ExternalArtifact', name: 'chart' } },
      },
    ],
  })),
  scenario('external-artifact-not-enabled', () => ({
    source: 'ExternalArtifact',
    steps: [{ does: 'a chart that somebody has made, without the gate', chart: chart(), endless: true }],
  })),
];
