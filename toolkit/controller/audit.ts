import { type Change, changesBetween, type Json, type JsonObject } from '@millrace/json';
import {
  type ApplyOptions,
  asJson,
  isNotFound,
  type KubeClient,
  type KubeObject,
  type ObjectRef,
  refOf,
  type WriteOptions,
} from '@millrace/kube';
import { type Visited, visiting } from './visiting.ts';

/** A change that a reconcile has made to an object: a line of the audit log. */
export interface AuditEntry {
  time: string;
  /** Whose reconcile it was, and of which revision. */
  by: Visited | undefined;
  action: 'created' | 'changed' | 'deleted';
  object: { apiVersion: string; kind: string; namespace?: string | undefined; name: string };
  /** Where it is not in the cluster of the controllers. */
  server?: string;
  /** What of it is other than before, where it was there before. */
  fields?: Change[];
}

/** What is said of the cluster by the way, and changes no object that anybody keeps. */
const notKept = new Set(['Event', 'Lease', 'TokenRequest', 'SubjectAccessReview']);

/** Characters of a value: what is longer is in the cluster to be read. */
const longest = 1000;
/** Fields of one change. */
const mostFields = 1000;

/**
 * A client that tells of each change that it makes to an object. What was there is asked for before: that costs a
 * request a change. What an object of ours says of itself (status, finalizers) is not told of.
 */
export function audited(client: KubeClient, told: (entry: AuditEntry) => void, server?: string): KubeClient {
  const looked = async (ref: ObjectRef, { as, signal }: Pick<WriteOptions, 'as' | 'signal'>) =>
    client.get(ref, { as, signal }).catch(error => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
  const tell = (before: KubeObject | undefined, after: KubeObject | undefined) => {
    const object = after ?? before;
    if (!object) return;
    const fields = before && after ? fieldsOf(before, after) : undefined;
    if (fields?.length === 0) return;
    const by = visiting.getStore();
    told({
      time: new Date().toISOString(),
      by: by && { ...by },
      action: !before ? 'created' : !after ? 'deleted' : 'changed',
      object: nameOf(object),
      ...(server === undefined ? {} : { server }),
      ...(fields ? { fields } : {}),
    });
  };
  const passes = (ref: ObjectRef, { dryRun, subresource }: Partial<ApplyOptions>) =>
    dryRun === true || subresource === 'status' || notKept.has(ref.kind) || isVisited(ref);

  return {
    ...client,
    async create(object, options) {
      const made = await client.create(object, options);
      if (!passes(refOf(object), options)) tell(undefined, made);
      return made;
    },
    async update(object, options) {
      if (passes(refOf(object), options)) return client.update(object, options);
      const before = await looked(refOf(object), options);
      const after = await client.update(object, options);
      tell(before, after);
      return after;
    },
    async patch<T extends KubeObject>(
      ref: ObjectRef,
      type: Parameters<KubeClient['patch']>[1],
      patch: Json,
      options: WriteOptions,
    ) {
      if (passes(ref, options)) return client.patch<T>(ref, type, patch, options);
      const before = await looked(ref, options);
      const after = await client.patch<T>(ref, type, patch, options);
      tell(before, after);
      return after;
    },
    async apply(object, options) {
      if (passes(refOf(object), options)) return client.apply(object, options);
      const before = await looked(refOf(object), options);
      const applied = await client.apply(object, options);
      tell(before, applied.object);
      return applied;
    },
    async delete(ref, options) {
      const before = passes(ref, {}) ? undefined : await looked(ref, options);
      await client.delete(ref, options);
      if (!before?.metadata.deletionTimestamp) tell(before, undefined);
    },
  };
}

/** The object whose visit it is. */
function isVisited({ kind, namespace = '', name }: ObjectRef): boolean {
  const visited = visiting.getStore();
  return visited?.kind === kind && visited.namespace === namespace && visited.name === name;
}

function nameOf({ apiVersion, kind, metadata }: KubeObject): AuditEntry['object'] {
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

function fieldsOf(before: KubeObject, after: KubeObject): Change[] {
  const isSecret = after.kind === 'Secret' && after.apiVersion === 'v1';
  return changesBetween(told(before), told(after))
    .slice(0, mostFields)
    .map(({ path, ...values }) => {
      const hidden = isSecret && /^(data|stringData|metadata\.annotations)(?![\w-])/.test(path);
      const shown = Object.entries(values).map(([when, value]) => [when, hidden ? '***' : short(value)]);
      return { path, ...Object.fromEntries(shown) };
    });
}

/** Without what the server keeps of every object. */
function told(object: KubeObject): JsonObject {
  const { metadata, status: _, ...rest } = asJson(object);
  const { managedFields: _m, resourceVersion: _r, generation: _g, ...kept } = metadata as JsonObject;
  return { ...rest, metadata: kept };
}

function short(value: Json): Json {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= longest ? value : `${text.slice(0, longest)}...`;
}
