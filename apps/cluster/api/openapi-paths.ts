import type { JsonObject } from '@millrace/json';
import { groupVersion, type Resource, schemaName } from './resource.ts';

interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** The verb that must be served for the operation to be published. */
  readonly verb: string;
  readonly action: string;
  readonly parameters: readonly string[];
  readonly list?: boolean;
}

const writing = ['dryRun', 'fieldManager', 'fieldValidation'];
const reading = ['labelSelector', 'fieldSelector', 'limit', 'continue', 'resourceVersion', 'watch'];

const onCollection: readonly Operation[] = [
  { method: 'get', verb: 'list', action: 'list', parameters: reading, list: true },
  { method: 'post', verb: 'create', action: 'post', parameters: writing },
  {
    method: 'delete',
    verb: 'deletecollection',
    action: 'deletecollection',
    parameters: [...reading, 'dryRun'],
  },
];

const onObject: readonly Operation[] = [
  { method: 'get', verb: 'get', action: 'get', parameters: [] },
  { method: 'put', verb: 'update', action: 'put', parameters: writing },
  { method: 'patch', verb: 'patch', action: 'patch', parameters: [...writing, 'force'] },
  {
    method: 'delete',
    verb: 'delete',
    action: 'delete',
    parameters: ['dryRun', 'gracePeriodSeconds', 'propagationPolicy'],
  },
];

const booleans = new Set(['force', 'watch']);
const integers = new Set(['limit', 'gracePeriodSeconds']);

/** The paths of an OpenAPI document: enough for clients to see which parameters each operation takes. */
export function operations(resources: readonly Resource[], format: 2 | 3): JsonObject {
  const paths: JsonObject = {};
  for (const resource of resources) {
    const root = resource.group ? `/apis/${groupVersion(resource)}` : `/api/${resource.version}`;
    const collection = `${root}/${resource.namespaced ? 'namespaces/{namespace}/' : ''}${resource.resource}`;
    add(paths, collection, onCollection, resource, resource.verbs, format);
    add(paths, `${collection}/{name}`, onObject, resource, resource.verbs, format);
    for (const [name, { verbs }] of Object.entries(resource.subresources)) {
      add(paths, `${collection}/{name}/${name}`, onObject, resource, verbs, format);
    }
  }
  return paths;
}

function add(
  paths: JsonObject,
  path: string,
  all: readonly Operation[],
  resource: Resource,
  verbs: readonly string[],
  format: 2 | 3,
): void {
  const served = all.filter(({ verb }) => verbs.includes(verb));
  if (served.length === 0) return;
  const item: JsonObject = {};
  for (const operation of served) item[operation.method] = describe(operation, resource, format);
  const named = [...path.matchAll(/\{(\w+)\}/g)].map(match => parameter(match[1]!, 'path', format));
  if (named.length > 0) item.parameters = named;
  paths[path] = item;
}

function describe(operation: Operation, resource: Resource, format: 2 | 3): JsonObject {
  const { group, version, kind } = resource;
  const prefix = format === 3 ? '#/components/schemas/' : '#/definitions/';
  const schema = { $ref: `${prefix}${schemaName(resource)}${operation.list ? 'List' : ''}` };
  const ok: JsonObject =
    format === 3
      ? { description: 'OK', content: { 'application/json': { schema } } }
      : { description: 'OK', schema };
  return {
    parameters: operation.parameters.map(name => parameter(name, 'query', format)),
    responses: { 200: ok },
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  };
}

function parameter(name: string, place: 'path' | 'query', format: 2 | 3): JsonObject {
  const type = booleans.has(name) ? 'boolean' : integers.has(name) ? 'integer' : 'string';
  const typed: JsonObject =
    format === 3 ? { schema: { type, uniqueItems: true } } : { type, uniqueItems: true };
  return { name, in: place, ...(place === 'path' && { required: true }), ...typed };
}
