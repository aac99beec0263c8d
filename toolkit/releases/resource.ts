import { isObject, type Json, type JsonObject, put } from '@millrace/json';
import {
  groupOf,
  type KubeClient,
  type KubeObject,
  type Mapping,
  NoMatchError,
  type ObjectRef,
} from '@millrace/kube';
import { parseAll, YamlError } from '@millrace/yaml';
import { ReleaseError } from './release-error.ts';

/** An object of a release, and where the cluster serves its kind. */
export interface Resource {
  ref: ObjectRef;
  object: KubeObject;
  mapping: Mapping;
}

/** Who builds them: the kinds are looked up, and objects of a namespace get that of the release. */
interface Builder {
  client: KubeClient;
  namespace: string;
}

/**
 * The objects of a manifest in their order, lists taken apart. Throws ReleaseError, in the words of kubectl's builder,
 * for a text that is no YAML, a document that is no object, and kinds that the cluster does not serve.
 */
export async function resourcesIn(manifest: string, on: Builder): Promise<Resource[]> {
  const problems: string[] = [];
  const resources: Resource[] = [];
  for (const object of objectsIn(manifest)) {
    try {
      resources.push(await resourceOf(object, on));
    } catch (error) {
      if (!(error instanceof NoMatchError)) throw error;
      const { name, namespace } = object.metadata;
      problems.push(
        `resource mapping not found for name: "${name ?? ''}" namespace: "${namespace ?? ''}" from "": ${error.message}\nensure CRDs are installed first`,
      );
    }
  }
  if (problems.length > 0)
    throw new ReleaseError(problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`);
  return resources;
}

async function resourceOf(object: KubeObject, { client, namespace }: Builder): Promise<Resource> {
  const mapping = await client.discovery.mapping(object.apiVersion, object.kind);
  const { namespace: own, ...metadata } = object.metadata;
  const place = mapping.namespaced ? { namespace: own || namespace } : {};
  const placed: KubeObject = { ...object, metadata: { ...metadata, ...place } };
  return { object: placed, mapping, ref: refTo(placed) };
}

export function refTo({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): ObjectRef {
  return { apiVersion, kind, name, ...(namespace ? { namespace } : {}) };
}

function objectsIn(manifest: string): KubeObject[] {
  try {
    return parseAll(manifest, { duplicates: 'last' })
      .filter(document => document !== null && !(isObject(document) && Object.keys(document).length === 0))
      .flatMap(flattened);
  } catch (cause) {
    if (!(cause instanceof YamlError)) throw cause;
    throw new ReleaseError(`error parsing : error converting YAML to JSON: ${cause.message}`, { cause });
  }
}

function flattened(document: Json): KubeObject[] {
  if (!isObject(document)) throw new ReleaseError('error validating data: the document is no object');
  const { kind, apiVersion, items } = document;
  if (typeof kind !== 'string' || kind === '')
    throw new ReleaseError(`Object 'Kind' is missing in '${outline(document)}'`);
  if (typeof apiVersion !== 'string' || apiVersion === '')
    throw new ReleaseError('error validating "": error validating data: apiVersion not set');
  if (kind.endsWith('List') && Array.isArray(items)) return items.flatMap(flattened);
  return [{ ...document, apiVersion, kind, metadata: metadataOf(document, kind) }];
}

/** What an error may show of a document: its fields, and not what stands in them. */
function outline(document: JsonObject): string {
  return Object.keys(document).sort().join(', ');
}

function metadataOf({ metadata }: JsonObject, kind: string): KubeObject['metadata'] {
  const found = isObject(metadata) ? metadata : {};
  requireTexts(found);
  const name = typeof found.name === 'string' ? found.name : '';
  if (name === '' && typeof found.generateName !== 'string')
    throw new ReleaseError(`error validating data: a ${kind} has no name: resource name may not be empty`);
  return { ...found, name } as KubeObject['metadata'];
}

/** What Go's ObjectMeta cannot hold is refused in its words (encoding/json). */
function requireTexts(metadata: JsonObject): void {
  const wrong = (field: string, value: Json, type: string) =>
    new ReleaseError(
      `unable to decode "": json: cannot unmarshal ${goKind(value)} into Go struct field ObjectMeta.metadata.${field} of type ${type}`,
    );
  for (const field of ['name', 'generateName', 'namespace']) {
    const value = metadata[field] ?? '';
    if (typeof value !== 'string') throw wrong(field, value, 'string');
  }
  for (const field of ['labels', 'annotations']) {
    const map = metadata[field] ?? {};
    if (!isObject(map)) throw wrong(field, map, 'map[string]string');
    for (const value of Object.values(map))
      if (value !== null && typeof value !== 'string') throw wrong(field, value, 'string');
  }
}

function goKind(value: Json): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** Two objects are one if kind, group, namespace and name are the same: a kind may move on to another version. */
export function isSame(a: ObjectRef, b: ObjectRef): boolean {
  return keyOfRef(a) === keyOfRef(b);
}

export function keyOfRef({ apiVersion, kind, namespace = '', name }: ObjectRef): string {
  return `${groupOf(apiVersion)}/${kind}/${namespace}/${name}`;
}

/** The object with these labels and annotations beside its own. */
export function marked(
  object: KubeObject,
  marks: { labels?: Record<string, string>; annotations?: Record<string, string> },
): KubeObject {
  const metadata = { ...object.metadata } as unknown as JsonObject;
  for (const [field, values] of Object.entries(marks)) {
    const own = metadata[field];
    put(metadata, field, { ...(isObject(own) ? own : {}), ...values });
  }
  return { ...object, metadata: metadata as unknown as KubeObject['metadata'] };
}
