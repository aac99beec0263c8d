import { isObject, type Json, type JsonObject } from '@millrace/json';
import { anyObject, fromStructural } from '@millrace/schema';
import type { CustomResource, PrinterColumn, Resource, Subresource } from './resource.ts';
import { numberAt, objectAt, objectsAt, textAt, valueAt } from './tree.ts';

const mainVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const subVerbs = ['get', 'patch', 'update'];

/** The resources that a CustomResourceDefinition adds: one for each version, though some are not served. */
export function resourcesOf(definition: JsonObject): Resource[] {
  const versions = objectsAt(definition, 'spec', 'versions');
  const storageVersion = textAt(
    versions.find(version => version.storage === true),
    'name',
  );
  return versions.map(version => resourceOf(definition, version, storageVersion));
}

function resourceOf(definition: JsonObject, version: JsonObject, storageVersion: string): Resource {
  const group = textAt(definition, 'spec', 'group');
  const names = objectAt(definition, 'status', 'acceptedNames');
  const plural = textAt(names, 'plural');
  const kind = textAt(names, 'kind');
  const name = textAt(version, 'name');
  const subresources: Record<string, Subresource> = {};
  if (isObject(valueAt(version, 'subresources', 'status'))) {
    subresources.status = { group, version: name, kind, verbs: subVerbs };
  }
  if (isObject(valueAt(version, 'subresources', 'scale'))) {
    subresources.scale = { group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: subVerbs };
  }
  const preserves = valueAt(definition, 'spec', 'preserveUnknownFields') === true;
  const openapi = valueAt(version, 'schema', 'openAPIV3Schema');
  return {
    group,
    version: name,
    kind,
    resource: plural,
    singular: textAt(names, 'singular'),
    shortNames: texts(names.shortNames),
    categories: texts(names.categories),
    namespaced: textAt(definition, 'spec', 'scope') === 'Namespaced',
    verbs: mainVerbs,
    subresources,
    served: version.served === true,
    storage: `${group}/${plural}`,
    storageVersion,
    schema: isObject(openapi) && !preserves ? fromStructural(openapi) : anyObject(),
    custom: customFacts(definition, version, openapi),
  };
}

function customFacts(definition: JsonObject, version: JsonObject, openapi: Json | undefined): CustomResource {
  const [group, name] = [textAt(definition, 'spec', 'group'), textAt(version, 'name')];
  const kind = textAt(definition, 'spec', 'names', 'kind');
  const scale = objectAt(version, 'subresources', 'scale');
  const deprecation = textAt(version, 'deprecationWarning') || `${group}/${name} ${kind} is deprecated`;
  return {
    definition: textAt(definition, 'metadata', 'name'),
    since: Number(textAt(definition, 'metadata', 'resourceVersion')),
    columns: objectsAt(version, 'additionalPrinterColumns').map(columnOf),
    ...(textAt(scale, 'specReplicasPath') && {
      scale: {
        specReplicas: textAt(scale, 'specReplicasPath'),
        statusReplicas: textAt(scale, 'statusReplicasPath'),
        ...(textAt(scale, 'labelSelectorPath') && { labelSelector: textAt(scale, 'labelSelectorPath') }),
      },
    }),
    selectableFields: objectsAt(version, 'selectableFields').map(field => textAt(field, 'jsonPath')),
    openapi: published(isObject(openapi) ? openapi : { type: 'object' }, { group, version: name, kind }),
    ...(version.deprecated === true && { deprecated: deprecation }),
  };
}

function columnOf(column: JsonObject): PrinterColumn {
  return {
    name: textAt(column, 'name'),
    type: textAt(column, 'type'),
    format: textAt(column, 'format'),
    description: textAt(column, 'description'),
    priority: numberAt(column, 'priority') ?? 0,
    jsonPath: textAt(column, 'jsonPath'),
  };
}

/** The schema as OpenAPI shows it, with the fields that every object has. */
function published(schema: JsonObject, kind: { group: string; version: string; kind: string }): JsonObject {
  return {
    ...schema,
    type: 'object',
    properties: {
      ...objectAt(schema, 'properties'),
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { $ref: '#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' },
    },
    'x-kubernetes-group-version-kind': [{ ...kind }],
  };
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];
}
