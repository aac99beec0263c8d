import { isObject, type Json, type JsonObject } from '@millrace/json';
import { objectText } from './object-text.ts';

/**
 * One object as the store keeps it: its JSON text is the truth, and beside it only what lookups need.
 *
 * Text instead of a tree, because most requests hand it on as it is (get, list, watch), it takes a fraction of
 * the memory, and whoever parses it owns the copy.
 */
export interface Entry {
  /** Group and plural, such as `apps/deployments` or `/pods`; the version does not count here. */
  readonly resource: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly revision: number;
  /** The version in which the text is. */
  readonly apiVersion: string;
  readonly json: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The uids of metadata.ownerReferences. */
  readonly owners: readonly string[];
  /** True once metadata.deletionTimestamp is set. */
  readonly terminating: boolean;
}

const none = Object.freeze({});
const nobody = Object.freeze([]) as readonly string[];

/** Serialise an object whose metadata.resourceVersion already carries the revision. */
export function toEntry(resource: string, object: JsonObject, revision: number): Entry {
  return describe(resource, object, revision, objectText(object));
}

/** How the text of every entry of a kind begins, so that lists can leave it out without parsing. */
export function entryHead(kind: string, apiVersion: string): string {
  return `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)},`;
}

/** Read an entry back from its text. Throws where that is no object with a name. */
export function fromText(resource: string, revision: number, json: string): Entry {
  const object: Json = JSON.parse(json);
  if (!isObject(object) || !isObject(object.metadata) || typeof object.metadata.name !== 'string')
    throw new Error('it is no object with a name');
  return describe(resource, object, revision, json);
}

/** A tree of its own for the caller, who may change it. */
export function read(entry: Entry): JsonObject {
  return JSON.parse(entry.json) as JsonObject;
}

function describe(resource: string, object: JsonObject, revision: number, json: string): Entry {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const owners = Array.isArray(metadata.ownerReferences)
    ? metadata.ownerReferences.flatMap(owner =>
        isObject(owner) && typeof owner.uid === 'string' ? [owner.uid] : [],
      )
    : nobody;
  return {
    resource,
    namespace: typeof metadata.namespace === 'string' ? metadata.namespace : '',
    name: String(metadata.name),
    uid: String(metadata.uid ?? ''),
    revision,
    apiVersion: String(object.apiVersion),
    json,
    // A copy: the tree is its owner's, and indices go by what stands here.
    labels: isObject(metadata.labels) ? { ...(metadata.labels as Record<string, string>) } : none,
    owners,
    terminating: typeof metadata.deletionTimestamp === 'string',
  };
}
