import { get, isObject, type Json, type JsonObject } from '@millrace/json';
import { BuildError } from './build-error.ts';
import type { MergeField, MergeSchema, MergeType } from './kubernetes-schema.ts';
import type { Kustomization } from './kustomization.ts';
import { readDocuments } from './load-resources.ts';
import type { Loader } from './loader.ts';

/** The release whose schema kustomize v5.8 carries, the only one that `openapi.version` may name. */
const builtInVersion = 'v1.21.2';

/**
 * The schema that the field `openapi` of a kustomization asks for, undefined when it asks for none. The
 * definitions of a file take the place of all of kustomize's own, scopes apart.
 */
export function schemaOf(
  { openapi }: Kustomization,
  base: MergeSchema,
  loader: Loader,
): MergeSchema | undefined {
  if (openapi.path === undefined) {
    if (openapi.version === undefined) return undefined;
    if (openapi.version === builtInVersion) return base;
    throw new BuildError(`the version ${openapi.version} is not there: only ${builtInVersion} is`);
  }
  if (openapi.version !== undefined) throw new BuildError('version and path cannot both be given');
  const file = loader.pathOf(openapi.path);
  const [document] = readDocuments(loader.readText(openapi.path), file);
  const definitions = isObject(document?.value) ? document.value.definitions : undefined;
  if (!isObject(definitions)) throw new BuildError('an OpenAPI document needs definitions', { file });
  const kinds = new OpenApi(definitions).kinds();
  return {
    isClusterScoped: (apiVersion, kind) => base.isClusterScoped(apiVersion, kind),
    typeOf: (apiVersion, kind) => kinds.get(`${apiVersion}/${kind}`),
  };
}

/** Merge keys in the definitions of an OpenAPI (Swagger 2) document. */
class OpenApi {
  readonly #definitions: JsonObject;
  readonly #types = new Map<string, Record<string, MergeField>>();

  constructor(definitions: JsonObject) {
    this.#definitions = definitions;
  }

  kinds(): Map<string, MergeType> {
    const kinds = new Map<string, MergeType>();
    for (const [name, definition] of Object.entries(this.#definitions)) {
      const marks = isObject(definition) ? definition['x-kubernetes-group-version-kind'] : undefined;
      for (const mark of Array.isArray(marks) ? marks : []) {
        if (!isObject(mark)) continue;
        const group = String(mark.group ?? '');
        const apiVersion = group === '' ? String(mark.version) : `${group}/${mark.version}`;
        kinds.set(`${apiVersion}/${mark.kind}`, this.#named(name));
      }
    }
    return kinds;
  }

  #named(name: string): MergeType {
    const known = this.#types.get(name);
    if (known !== undefined) return known;
    const type: Record<string, MergeField> = {};
    // Known before it is filled: definitions may refer to themselves.
    this.#types.set(name, type);
    Object.assign(type, this.#fields(get(this.#definitions, name)));
    return type;
  }

  #fields(schema: Json | undefined): Record<string, MergeField> {
    const properties = isObject(schema) && isObject(schema.properties) ? schema.properties : {};
    return Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, this.#field(property)]),
    );
  }

  #field(schema: Json): MergeField {
    if (!isObject(schema)) return {};
    if (schema.type === 'array') {
      const strategies = String(schema['x-kubernetes-patch-strategy'] ?? '').split(',');
      const keys = strategies.includes('merge') ? { keys: mergeKeys(schema) } : {};
      return { type: this.#typeOf(schema.items), in: 'list', ...keys };
    }
    if (isObject(schema.additionalProperties) && schema.properties === undefined) {
      return { type: this.#typeOf(schema.additionalProperties), in: 'map' };
    }
    return { type: this.#typeOf(schema) };
  }

  #typeOf(schema: Json | undefined): MergeType | undefined {
    if (!isObject(schema)) return undefined;
    if (typeof schema.$ref === 'string')
      return this.#named(schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1));
    return isObject(schema.properties) ? this.#fields(schema) : undefined;
  }
}

function mergeKeys(schema: JsonObject): string[] {
  const list = schema['x-kubernetes-list-map-keys'];
  if (Array.isArray(list)) return list.map(String);
  const key = schema['x-kubernetes-patch-merge-key'];
  return key === undefined ? [] : [String(key)];
}
