import type { JsonObject } from '@millrace/json';
import type { ObjectRef } from '@millrace/kube';
import { stringify } from '@millrace/yaml';
import type { Plain } from '../../beside/scene.ts';
import type { Scenario } from '../scenario.ts';

/** A scenario whose steps name their namespace. */
export function scenario(name: string, make: (namespace: string) => Omit<Scenario, 'name'>): Scenario {
  return { name, ...make(`s-${name}`) };
}

export const yaml = (...objects: Plain[]): string =>
  objects.map(object => stringify(object as JsonObject)).join('---\n');

export function configMap(
  name: string,
  namespace: string,
  data: JsonObject,
  metadata: JsonObject = {},
): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, ...metadata }, data };
}

export const ref = (kind: 'ConfigMap' | 'Secret' | 'Service', name: string): ObjectRef => ({
  apiVersion: 'v1',
  kind,
  namespace: '',
  name,
});

/** A definition of one's own, and objects of it: nobody simulates these, so that their health is what the steps say. */
export function definition(kind: string, group: string): JsonObject {
  const plural = `${kind.toLowerCase()}s`;
  const schema = {
    type: 'object',
    properties: {
      spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: { status: {} },
        },
      ],
    },
  };
}

export const custom = (
  kind: string,
  group: string,
  name: string,
  namespace: string,
  spec: JsonObject,
): JsonObject => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name, namespace },
  spec,
});

export const kustomizationFile = (fields: JsonObject): string =>
  yaml({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...fields });

export const ks = (name: string, namespace: string, spec: JsonObject): JsonObject => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name, namespace },
  spec: {
    interval: '1h',
    retryInterval: '1h',
    prune: true,
    path: './',
    sourceRef: { kind: 'GitRepository', name: 'fleet' },
    ...spec,
  },
});
