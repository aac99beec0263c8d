import type { JsonObject } from '@millrace/json';
import type { ObjectRef } from '@millrace/kube';
import { stringify } from '@millrace/yaml';
import type { Plain } from '../../beside/scene.ts';
import type { ChartFiles, Scenario } from '../scenario.ts';

/** A scenario whose steps name their namespace. */
export function scenario(name: string, make: (namespace: string) => Omit<Scenario, 'name'>): Scenario {
  return { name, ...make(`s-${name}`) };
}

export const yaml = (...objects: Plain[]): string =>
  objects.map(object => stringify(object as JsonObject)).join('---\n');

/**
 * A chart of a ConfigMap that says its motto, and of a Service that the API server refuses where the values say
 * `broken`.
 * @param more other files, instead of or beside these
 */
export function chart(version = '1.0.0', more: Record<string, string> = {}, name?: string): ChartFiles {
  return {
    ...(name ? { name } : {}),
    version,
    appVersion: 'v9',
    files: {
      'values.yaml': 'motto: one\nbroken: false\n',
      'templates/app.yaml': template(configMap('{{ .Release.Name }}', { motto: '{{ .Values.motto }}' })),
      'templates/service.yaml': `{{ if .Values.broken }}${template(brokenService('{{ .Release.Name }}'))}{{ end }}`,
      ...more,
    },
  };
}

/** Braces of templates are no YAML by themselves. */
export const template = (...objects: Plain[]): string => yaml(...objects);

export const configMap = (name: string, data: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});

/** No port is 0. */
export const brokenService = (name: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { ports: [{ port: 0 }] },
});

/** A Service of one port. */
export const service = (name: string, port: number, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, ...metadata },
  spec: { ports: [{ name: 'http', port }], selector: { app: name } },
});

export function job(name: string, annotations: Record<string, string> = {}): JsonObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: {
      backoffLimit: 0,
      template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a' }] } },
    },
  };
}

export function deployment(name: string, image = 'a'): JsonObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'a', image }] } },
    },
  };
}

/** @param more annotations beside that of the event */
export const hook = (events: string, more: Record<string, string> = {}): Record<string, string> => ({
  'helm.sh/hook': events,
  ...Object.fromEntries(Object.entries(more).map(([key, value]) => [`helm.sh/hook-${key}`, value])),
});

export const ref = (
  kind: 'ConfigMap' | 'Secret' | 'Service' | 'Job' | 'Deployment' | 'Namespace' | 'CustomResourceDefinition',
  name: string,
  namespace = '',
): ObjectRef => ({
  apiVersion: versions[kind],
  kind,
  ...(kind === 'Namespace' || kind === 'CustomResourceDefinition' ? {} : { namespace }),
  name,
});

const versions = {
  ConfigMap: 'v1',
  Secret: 'v1',
  Service: 'v1',
  Namespace: 'v1',
  Job: 'batch/v1',
  Deployment: 'apps/v1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1',
};

export function definition(kind: string, group: string, labels?: JsonObject): JsonObject {
  const plural = `${kind.toLowerCase()}s`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, ...(labels ? { labels } : {}) },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
          },
          subresources: { status: {} },
        },
      ],
    },
  };
}

export const custom = (kind: string, group: string, name: string, spec: JsonObject): JsonObject => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name },
  spec,
});

export const helmRelease = (name: string, spec: JsonObject): JsonObject => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name },
  spec: { interval: '1h', chartRef: { kind: 'HelmChart', name: 'chart' }, ...spec },
});
