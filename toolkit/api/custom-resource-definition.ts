import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { KubeObject } from '@millrace/kube';
import type { TSchema } from 'typebox';
import { described } from './descriptions/index.ts';
import { fluxVersion } from './flux-version/index.ts';
import type { Kind } from './kind.ts';

/** The CustomResourceDefinition of a kind, ready to be applied. */
export function customResourceDefinition(kind: Kind): KubeObject {
  const version = (name: string, spec: TSchema): JsonObject => ({
    name,
    served: true,
    storage: name === kind.version,
    ...(name !== kind.version
      ? {
          deprecated: true,
          deprecationWarning: `${kind.group}/${name} ${kind.kind} is deprecated, upgrade to ${kind.version}`,
        }
      : {}),
    additionalPrinterColumns: kind.columns.map(column => ({ ...column })),
    schema: { openAPIV3Schema: described(kind.kind, rootSchema(kind, spec)) },
    subresources: hasStatus(kind) ? { status: {} } : {},
  });
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${kind.plural}.${kind.group}`,
      // Definitions hold texts that look like variables.
      annotations: { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' },
      labels: {
        'app.kubernetes.io/part-of': 'flux',
        'app.kubernetes.io/instance': 'flux-system',
        'app.kubernetes.io/version': fluxVersion,
      },
    },
    spec: {
      group: kind.group,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        ...(kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
        categories: kind.categories,
      },
      scope: 'Namespaced',
      versions: [
        version(kind.version, kind.spec),
        ...kind.formerVersions.map(({ name, spec }) => version(name, spec)),
      ],
    },
  };
}

/** The schema of the whole object, as a structural schema. */
export function rootSchema(kind: Kind, spec: TSchema = kind.spec): JsonObject {
  const status = structural(kind.status);
  const named = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } };
  if (!hasStatus(kind)) return { type: 'object', properties: { ...named, spec: structural(spec) } };
  // Clients that wait for a kind must not take an object that nobody has looked at for a current one.
  const knowsGeneration = isObject(status.properties) && 'observedGeneration' in status.properties;
  return {
    type: 'object',
    properties: {
      ...named,
      spec: structural(spec),
      status: { ...status, ...(knowsGeneration ? { default: { observedGeneration: -1 } } : {}) },
    },
  };
}

/** Some kinds only say what others are to do: their status has no fields, and nobody writes one. */
export function hasStatus({ status }: Kind): boolean {
  const { properties } = structural(status);
  return isObject(properties) && Object.keys(properties).length > 0;
}

/** TypeBox marks its schemas with symbols, which JSON does not know: what is left is OpenAPI. */
function structural(schema: object): JsonObject {
  const plain = JSON.parse(JSON.stringify(schema)) as Json;
  if (!isObject(plain)) throw new TypeError('the schema of a kind is an object');
  return plain;
}
