import { loadChart, prepareChart, renderRelease, SchemaError, type Values } from '@millrace/helm';
import { asJson, asKubeObject, type KubeObject } from '@millrace/kube';
import { parseAll } from '@millrace/yaml';
import { describe, expect, test } from 'vitest';
import { allComponents, defaultOptions, type InstallOptions, installation } from '../index.ts';
import { chart } from './chart.ts';

const loaded = loadChart(
  new Map([...chart('1.2.3')].map(([path, text]) => [path, Buffer.from(text)] as const)),
);

function rendered(given: Values, namespace = 'flux-system'): KubeObject[] {
  const prepared = prepareChart(loaded, given);
  const release = { name: 'millrace', namespace, revision: 1, isInstall: true };
  const { manifest } = renderRelease(prepared.chart, prepared.values, { release });
  return parseAll(manifest).filter(Boolean).map(asKubeObject);
}

/** By kind and name, without what Helm needs to know whose objects are. */
function byName(objects: KubeObject[]): Record<string, unknown> {
  const entries = objects.map(object => {
    const { labels, annotations, ...metadata } = object.metadata;
    const { 'app.kubernetes.io/managed-by': _, ...ours } = labels ?? {};
    const { 'helm.sh/resource-policy': __, ...noted } = annotations ?? {};
    return [
      `${object.kind} ${metadata.name}`,
      { ...asJson(object), metadata: { ...metadata, labels: ours, annotations: noted } },
    ];
  });
  return Object.fromEntries(entries);
}

/** Helm makes the namespace. */
const expected = (options: Partial<InstallOptions>) =>
  byName(
    installation({ ...defaultOptions, version: 'v1.2.3', ...options }).filter(
      ({ kind }) => kind !== 'Namespace',
    ),
  );
const all = [...allComponents];
const page = ['--web-url=https://fleet.example.com', '--oidc-client-id=millrace'];

describe('the chart renders to the objects of an installation', () => {
  test.each<[string, Values, Partial<InstallOptions>]>([
    ['as it is', {}, {}],
    ['of all components', { components: all }, { components: allComponents }],
    [
      'of some components',
      { components: ['source-controller', 'kustomize-controller'] },
      { components: ['source-controller', 'kustomize-controller'] },
    ],
    ['in one Deployment', { single: true }, { single: true }],
    [
      'of all components in one Deployment',
      { single: true, components: all },
      { single: true, components: allComponents },
    ],
    [
      'of another image',
      { image: { registry: 'registry.example.org/mirror', tag: 'v9' } },
      { registry: 'registry.example.org/mirror', version: 'v9' },
    ],
    ['without network policies', { networkPolicy: false }, { networkPolicy: false }],
    ['that looks at one namespace', { watchAllNamespaces: false }, { watchAllNamespaces: false }],
    ['that logs more', { logLevel: 'debug' }, { logLevel: 'debug' }],
    ['of another domain', { clusterDomain: 'example.org' }, { clusterDomain: 'example.org' }],
    ['with a pull secret', { imagePullSecrets: [{ name: 'regcred' }] }, { imagePullSecret: 'regcred' }],
    ['with the page', { web: page }, { web: page }],
    ['with the page, in one Deployment', { single: true, web: page }, { single: true, web: page }],
    ['on tainted nodes', { tolerations: [{ key: 'a', operator: 'Exists' }] }, { tolerationKeys: ['a'] }],
  ])('%s', (_, values, options) => {
    expect(byName(rendered(values))).toEqual(expected(options));
  });

  test('in another namespace', () => {
    expect(byName(rendered({}, 'other'))).toEqual(expected({ namespace: 'other' }));
  });
});

describe('of the chart', () => {
  const deployments = (values: Values) => rendered(values).filter(({ kind }) => kind === 'Deployment');

  test('definitions stay when the release goes, and can be left out', () => {
    const definitions = rendered({}).filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(definitions.map(({ metadata }) => metadata.annotations?.['helm.sh/resource-policy'])).toEqual(
      definitions.map(() => 'keep'),
    );
    expect(rendered({ installCRDs: false }).map(({ kind }) => kind)).not.toContain(
      'CustomResourceDefinition',
    );
  });

  test('every object tells that Helm manages it, which flux install and bootstrap heed', () => {
    const managers = rendered({}).map(({ metadata }) => metadata.labels?.['app.kubernetes.io/managed-by']);
    expect(new Set(managers)).toEqual(new Set(['Helm']));
  });

  test('containers take resources, arguments and nodes', () => {
    const values = {
      resources: { limits: { memory: '2Gi' } },
      nodeSelector: { pool: 'system' },
      extraArgs: { 'kustomize-controller': ['--no-remote-bases=true'] },
    };
    const specs = deployments(values).map(({ spec }) => JSON.stringify(spec));
    expect(specs).toHaveLength(4);
    for (const spec of specs) {
      expect(spec).toContain('"resources":{"limits":{"memory":"2Gi"}}');
      expect(spec).toContain('"nodeSelector":{"kubernetes.io/os":"linux","pool":"system"}');
    }
    expect(specs.filter(spec => spec.includes('"--no-remote-bases=true"]'))).toHaveLength(1);
  });

  test.each<[Values]>([
    [{ components: ['fluxd'] }],
    [{ components: [] }],
    [{ logLevel: 'trace' }],
    [{ single: 'yes' }],
    [{ imge: {} }],
  ])('values that make no sense are refused: %j', values => {
    expect(() => rendered(values)).toThrow(SchemaError);
  });
});
