import { isObject, type Json, type JsonObject } from '@millrace/json';
import { parseAll, stringify } from '@millrace/yaml';
import type { Resource } from './resource.ts';

export const originAnnotation = 'config.kubernetes.io/origin';
export const transformationsAnnotation = 'alpha.config.kubernetes.io/transformations';

/** Where a resource comes from, or what changed it, for the annotations of buildMetadata. */
export type Origin = {
  path?: string;
  configuredIn?: string;
  configuredBy?: { apiVersion: string; kind: string; name?: string; namespace?: string };
};

export function fileOrigin(path: string): Origin {
  return { path };
}

export function builtInOrigin(file: string, kind: string): Origin {
  return { configuredIn: file, configuredBy: { apiVersion: 'builtin', kind } };
}

export function setOrigin(resource: Resource, origin: Origin): void {
  resource.setAnnotation(originAnnotation, stringify(origin as JsonObject, { keys: 'kept' }));
}

/** Notes on every resource that a transformer ran over it. */
export function addTransformation(resources: readonly Resource[], origin: Origin): void {
  for (const resource of resources) {
    if (resource.annotations[originAnnotation] === undefined) {
      setOrigin(resource, origin);
      continue;
    }
    const old = resource.annotations[transformationsAnnotation];
    const list: Json = typeof old === 'string' ? (parseAll(old)[0] ?? []) : [];
    const all = [...(Array.isArray(list) ? list.filter(isObject) : []), origin as JsonObject];
    resource.setAnnotation(transformationsAnnotation, stringify(all, { keys: 'kept' }));
  }
}
