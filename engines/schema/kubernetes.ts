import type { Json, JsonObject } from '@millrace/json';
import definitionsFile from './kubernetes/definitions.json' with { type: 'json' };
import resourcesFile from './kubernetes/resources.json' with { type: 'json' };
import { type Schema, schemaNode } from './schema.ts';

export type GroupVersionKind = { readonly group: string; readonly version: string; readonly kind: string };

/** A resource that the API serves; subresources are named `<resource>/<subresource>`. */
export type Resource = GroupVersionKind & {
  readonly resource: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
};

const prefix = '#/definitions/';
const apiextensions = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';
const definitions = definitionsFile.definitions as unknown as Readonly<Record<string, JsonObject>>;
const nodes = new Map<string, Schema>();
let byKind: Map<string, string> | undefined;

/**
 * What the raw text leaves out. These definitions hold any value: their Go types decode themselves. The
 * others have defaults that are part of a list item's key, without which items cannot be told apart.
 */
const amendments: Readonly<Record<string, JsonObject>> = {
  [`${apiextensions}.JSON`]: {
    'x-kubernetes-preserve-unknown-fields': true,
  },
  [`${apiextensions}.JSONSchemaPropsOrArray`]: {
    'x-kubernetes-preserve-unknown-fields': true,
  },
  [`${apiextensions}.JSONSchemaPropsOrBool`]: {
    'x-kubernetes-preserve-unknown-fields': true,
  },
  [`${apiextensions}.JSONSchemaPropsOrStringArray`]: {
    'x-kubernetes-preserve-unknown-fields': true,
  },
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': { 'x-kubernetes-preserve-unknown-fields': true },
  'io.k8s.apimachinery.pkg.apis.meta.v1.Patch': { 'x-kubernetes-preserve-unknown-fields': true },
  'io.k8s.apimachinery.pkg.runtime.RawExtension': { 'x-kubernetes-preserve-unknown-fields': true },
};

/** A schema, or a list of them or a boolean in its place. */
const selfReading: ReadonlySet<string> = new Set([
  `${apiextensions}.JSONSchemaPropsOrArray`,
  `${apiextensions}.JSONSchemaPropsOrBool`,
]);

/** Fields whose default is part of the key of the list that holds them. */
const keyDefaults: Readonly<Record<string, readonly [field: string, value: Json]>> = {
  'io.k8s.api.core.v1.ContainerPort': ['protocol', 'TCP'],
  'io.k8s.api.core.v1.ServicePort': ['protocol', 'TCP'],
};

function definition(name: string): Schema {
  let node = nodes.get(name);
  if (!node) {
    const raw = definitions[name];
    if (!raw) throw new RangeError(`no OpenAPI definition is named ${name}`);
    const readsAs = selfReading.has(name) ? () => definition(`${apiextensions}.JSONSchemaProps`) : undefined;
    const resolve = (ref: string) => definition(ref.slice(prefix.length));
    node = schemaNode(amended(name, raw), resolve, { definition: name, readsAs });
    nodes.set(name, node);
  }
  return node;
}

function amended(name: string, raw: JsonObject): JsonObject {
  const whole = amendments[name];
  if (whole) return { ...raw, ...whole };
  const key = keyDefaults[name];
  if (!key) return raw;
  const properties = raw.properties as JsonObject;
  const field = properties[key[0]] as JsonObject;
  return { ...raw, properties: { ...properties, [key[0]]: { ...field, default: key[1] } } };
}

function indexKinds(): Map<string, string> {
  const index = new Map<string, string>();
  for (const name in definitions) {
    const kinds = definitions[name]?.['x-kubernetes-group-version-kind'] as unknown as
      | GroupVersionKind[]
      | undefined;
    for (const gvk of kinds ?? []) index.set(kindKey(gvk), name);
  }
  return index;
}

function kindKey(gvk: GroupVersionKind): string {
  return `${gvk.group}/${gvk.version}/${gvk.kind}`;
}

/** The kinds that every Kubernetes API serves, as of the release named by `version`. */
export const kubernetes = {
  /** Release that the facts come from, e.g. `v1.36`. */
  version: definitionsFile.info.version,
  /** Every resource and subresource; subresources are named `<resource>/<subresource>`. */
  resources: resourcesFile as readonly Resource[],
  /** OpenAPI v2 definitions by name, as they are published. */
  definitions,

  /** The schema of a built-in kind; undefined for kinds that are none. */
  schemaFor(gvk: GroupVersionKind): Schema | undefined {
    byKind ??= indexKinds();
    const name = byKind.get(kindKey(gvk));
    return name === undefined ? undefined : definition(name);
  },

  /** The schema of a definition by its OpenAPI name. Throws RangeError when there is none. */
  definition,
} as const;
