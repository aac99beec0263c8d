import type { JsonObject } from '@millrace/json';
import type { Schema } from '@millrace/schema';

/** A column of Table answers; `path` is the JSONPath of custom resources. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath: string;
}

/** Where the scale subresource finds its numbers. */
export interface ScalePaths {
  readonly specReplicas: string;
  readonly statusReplicas: string;
  readonly labelSelector?: string;
}

/** One resource in one version, as discovery shows it and requests meet it. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The plural, as it stands in paths. */
  readonly resource: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** By name, such as `status`; with the kind that it speaks. */
  readonly subresources: Readonly<Record<string, Subresource>>;
  /** Where the store keeps the objects, shared by all versions: `apps/deployments`. */
  readonly storage: string;
  /** The version in which they are kept. */
  readonly storageVersion: string;
  readonly schema: Schema | undefined;
  /** False for versions of custom resources that are known, and may be those of what is stored, but not served. */
  readonly served: boolean;
  /** Undefined for built-in kinds. */
  readonly custom?: CustomResource;
}

export interface Subresource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** What only custom resources have. */
export interface CustomResource {
  readonly definition: string;
  /** The revision of the definition: what was written before may lack what its schema says. */
  readonly since: number;
  readonly columns: readonly PrinterColumn[];
  readonly scale?: ScalePaths;
  readonly selectableFields: readonly string[];
  readonly openapi: JsonObject;
  readonly deprecated?: string;
}

/** `apps/v1`, or `v1` in the core group. */
export function groupVersion(of: { group: string; version: string }): string {
  return of.group ? `${of.group}/${of.version}` : of.version;
}

/** Split an apiVersion into group and version. */
export function parseGroupVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  if (slash < 0) return { group: '', version: apiVersion };
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** The name under which a resource's schema is published: reversed domain, version, kind. */
export function schemaName(resource: Pick<Resource, 'group' | 'version' | 'kind' | 'schema'>): string {
  const { definition } = resource.schema ?? {};
  return (
    definition ?? `${resource.group.split('.').reverse().join('.')}.${resource.version}.${resource.kind}`
  );
}
