import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject, put } from '@millrace/json';
import { kubernetes } from '@millrace/schema';
import { encodeOpenApiV2 } from '../protobuf/openapi-v2.ts';
import { inVersionTwo, versionThreeOnly } from './openapi-forms.ts';
import { operations } from './openapi-paths.ts';
import type { Registry } from './registry.ts';
import { type Resource, schemaName } from './resource.ts';

/** A document and the tag by which clients know that theirs is current. */
export interface OpenApiDocument {
  readonly text: string | Buffer;
  readonly etag: string;
}

/** The OpenAPI documents of everything that is served, made when first asked for and again when that changed. */
export class OpenApi {
  readonly #registry: Registry;
  #edition = 0;
  readonly #documents = new Map<string, { readonly text: string; readonly etag: string }>();
  #binary: OpenApiDocument | undefined;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** The document at a path such as `/openapi/v3/apis/apps/v1`; undefined when there is none. */
  at(path: string): OpenApiDocument | undefined {
    if (this.#edition !== this.#registry.edition) {
      this.#edition = this.#registry.edition;
      this.#forget();
    }
    const known = this.#documents.get(path);
    if (known) return known;
    const document = this.#make(path.split('/').filter(Boolean).slice(1));
    if (!document) return undefined;
    const text = JSON.stringify(document);
    const made = { text, etag: `"${createHash('sha256').update(text).digest('hex').toUpperCase()}"` };
    this.#documents.set(path, made);
    return made;
  }

  /** The document at `/openapi/v2` in protobuf; its tag is that of the JSON, as upstream's is. */
  inProtobuf(): OpenApiDocument {
    const { text, etag } = this.at('/openapi/v2')!;
    if (this.#binary?.etag !== etag) this.#binary = { text: encodeOpenApiV2(JSON.parse(String(text))), etag };
    return this.#binary;
  }

  /** Built-in groups never change; what has custom resources in it, or had, is made again. */
  #forget(): void {
    const standing = this.#groupVersions().filter(({ resources }) =>
      resources.every(({ custom }) => !custom),
    );
    const kept = new Set(standing.map(({ path }) => `/openapi/v3/${path}`));
    for (const path of this.#documents.keys()) if (!kept.has(path)) this.#documents.delete(path);
  }

  #make([version, ...rest]: string[]): JsonObject | undefined {
    if (version === 'v2' && rest.length === 0) return this.#versionTwo();
    if (version !== 'v3') return undefined;
    return rest.length === 0 ? this.#index() : this.#groupVersion(rest.join('/'));
  }

  #index(): JsonObject {
    const paths: JsonObject = {};
    for (const { path } of this.#groupVersions()) {
      const { etag } = this.at(`/openapi/v3/${path}`)!;
      paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${etag.slice(1, -1)}` };
    }
    return { paths };
  }

  #groupVersion(path: string): JsonObject | undefined {
    const found = this.#groupVersions().find(known => known.path === path);
    if (!found) return undefined;
    const schemas = collect(found.resources, '#/components/schemas/');
    return {
      openapi: '3.0.0',
      info: { title: 'Kubernetes', version: kubernetes.version },
      paths: operations(found.resources, 3),
      components: { schemas },
    };
  }

  #versionTwo(): JsonObject {
    const all = this.#groupVersions().flatMap(({ resources }) => resources);
    return {
      swagger: '2.0',
      info: { title: 'Kubernetes', version: kubernetes.version },
      paths: operations(all, 2),
      definitions: collect(all, '#/definitions/'),
    };
  }

  #groupVersions(): { path: string; resources: readonly Resource[] }[] {
    return this.#registry.groups().flatMap(({ name, versions }) =>
      versions.map(({ version, resources }) => ({
        path: name ? `apis/${name}/${version}` : `api/${version}`,
        resources,
      })),
    );
  }
}

const own = '#/definitions/';

/** The schemas of these resources and all that they refer to, with references as the format writes them. */
function collect(resources: readonly Resource[], prefix: string): JsonObject {
  const found: JsonObject = {};
  const pending = [...standing];
  const refer = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(refer);
    if (!isObject(value)) return value;
    const copy: JsonObject = {};
    for (const key in value) {
      const item = value[key]!;
      if (key === '$ref' && typeof item === 'string' && item.startsWith(own)) {
        pending.push(item.slice(own.length));
        copy.$ref = prefix + item.slice(own.length);
      } else put(copy, key, refer(item));
    }
    return copy;
  };
  for (const resource of resources) {
    const name = schemaName(resource);
    if (!resource.custom) pending.push(name, `${name}List`);
    else {
      found[name] = refer(prefix === own ? inVersionTwo(resource.custom.openapi) : resource.custom.openapi);
      found[`${name}List`] = refer(customList(resource));
    }
    for (const { group, version, kind } of Object.values(resource.subresources)) {
      const schema = kubernetes.schemaFor({ group, version, kind });
      if (schema?.definition) pending.push(schema.definition);
    }
  }
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const definition = (prefix === own ? undefined : versionThreeOnly[name]) ?? kubernetes.definitions[name];
    if (found[name] === undefined && definition) found[name] = refer(definition);
  }
  return found;
}

/** Definitions that paths refer to whatever the resources are. */
const standing = [
  'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Patch',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Status',
];

function customList(resource: Resource): JsonObject {
  const { group, version, kind } = resource;
  return {
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      items: { type: 'array', items: { $ref: own + schemaName(resource) } },
      kind: { type: 'string' },
      metadata: { $ref: `${own}io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta` },
    },
    'x-kubernetes-group-version-kind': [{ group, kind: `${kind}List`, version }],
    description: `${kind}List is a list of ${kind}`,
  };
}
