import type { Json, JsonObject } from '@millrace/json';
import type { Connection } from './connection.ts';
import { type Discovery, discover, type Mapping } from './discovery.ts';
import { type Identity, identityHeaders } from './identity.ts';
import type { KubeObject, ObjectRef } from './object.ts';
import { connectTo, type Response, type Transport, type TransportOptions } from './transport.ts';

export type PatchType = 'json' | 'merge' | 'strategic';

export interface ListOptions {
  /** All namespaces where it is left out. */
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  limit?: number;
  continue?: string;
  /** Only what stands in metadata. */
  metadataOnly?: boolean | undefined;
  signal?: AbortSignal | undefined;
  as: Identity;
}

export interface List<T extends KubeObject = KubeObject> {
  items: T[];
  resourceVersion: string;
  continue?: string;
  /** How many there are beyond this page, where the server says so. */
  remainingItemCount?: number;
}

export interface WriteOptions {
  fieldManager?: string;
  dryRun?: boolean;
  subresource?: 'status' | 'scale';
  fieldValidation?: 'Ignore' | 'Warn' | 'Strict';
  signal?: AbortSignal | undefined;
  as: Identity;
}

export interface GetOptions {
  signal?: AbortSignal | undefined;
  as: Identity;
}

export interface ApplyOptions extends WriteOptions {
  fieldManager: string;
  /** Take fields that other managers own. */
  force?: boolean;
}

export interface DeleteOptions {
  dryRun?: boolean;
  propagation?: 'Background' | 'Foreground' | 'Orphan';
  /** Refuse to delete another object that has taken the name since. */
  uid?: string | undefined;
  resourceVersion?: string;
  signal?: AbortSignal | undefined;
  as: Identity;
}

export interface Applied<T extends KubeObject = KubeObject> {
  object: T;
  created: boolean;
  warnings: string[];
}

/** Requests to one cluster, on objects of any kind. Refusals are thrown as ApiError. */
export interface KubeClient {
  readonly connection: Connection;
  readonly transport: Transport;
  readonly discovery: Discovery;
  get<T extends KubeObject>(ref: ObjectRef, options: GetOptions): Promise<T>;
  /** One page; see `listAll` for the whole. */
  list<T extends KubeObject>(apiVersion: string, kind: string, options: ListOptions): Promise<List<T>>;
  listAll<T extends KubeObject>(apiVersion: string, kind: string, options: ListOptions): Promise<List<T>>;
  create<T extends KubeObject>(object: T, options: WriteOptions): Promise<T>;
  update<T extends KubeObject>(object: T, options: WriteOptions): Promise<T>;
  patch<T extends KubeObject>(
    ref: ObjectRef,
    type: PatchType,
    patch: Json,
    options: WriteOptions,
  ): Promise<T>;
  /** Server-side apply. */
  apply<T extends KubeObject>(object: T, options: ApplyOptions): Promise<Applied<T>>;
  delete(ref: ObjectRef, options: DeleteOptions): Promise<void>;
  /** The URL path of an object, or of its collection when `name` is left out. */
  pathTo(mapping: Mapping, namespace?: string, name?: string): string;
  close(): Promise<void>;
}

const patchTypes: Record<PatchType, string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

/** How many objects a page of `listAll` holds: what client-go's pager asks for. */
const pageSize = 500;

export function kubeClient(connection: Connection, options: TransportOptions = {}): KubeClient {
  const transport = connectTo(connection, options);
  const discovery = discover(transport);

  const pathOf = async (ref: ObjectRef, subresource?: string) => {
    const mapping = await discovery.mapping(ref.apiVersion, ref.kind);
    return pathTo(mapping, ref.namespace, ref.name) + (subresource ? `/${subresource}` : '');
  };
  const collectionOf = async (object: KubeObject) => {
    const mapping = await discovery.mapping(object.apiVersion, object.kind);
    return pathTo(mapping, object.metadata.namespace);
  };

  const client: KubeClient = {
    connection,
    transport,
    discovery,
    pathTo,
    async get(ref, { signal, as }) {
      const headers = identityHeaders(as);
      return parse(await transport.send({ method: 'GET', path: await pathOf(ref), signal, headers }));
    },
    async list(apiVersion, kind, { namespace, signal, as, metadataOnly, ...query }) {
      const headers = identityHeaders(as);
      const mapping = await discovery.mapping(apiVersion, kind);
      const path = pathTo(mapping, namespace) + queryOf({ ...query });
      const accept = metadataOnly ? { accept: asMetadata('List') } : {};
      return parseList(
        await transport.send({ method: 'GET', path, signal, headers, ...accept }),
        apiVersion,
        kind,
      );
    },
    async listAll<T extends KubeObject>(apiVersion: string, kind: string, options: ListOptions) {
      const all = await client.list<T>(apiVersion, kind, { limit: pageSize, ...options });
      for (let next = all.continue; next; ) {
        const page = await client.list<T>(apiVersion, kind, { limit: pageSize, ...options, continue: next });
        all.items.push(...page.items);
        all.resourceVersion = page.resourceVersion;
        next = page.continue;
      }
      return { items: all.items, resourceVersion: all.resourceVersion };
    },
    async create(object, options) {
      const path = (await collectionOf(object)) + queryOf(writeQuery(options));
      return parse(
        await transport.send({ method: 'POST', path, body: JSON.stringify(object), ...sending(options) }),
      );
    },
    async update(object, options) {
      const path = (await pathOf(refTo(object), options.subresource)) + queryOf(writeQuery(options));
      return parse(
        await transport.send({ method: 'PUT', path, body: JSON.stringify(object), ...sending(options) }),
      );
    },
    async patch(ref, type, patch, options) {
      const path = (await pathOf(ref, options.subresource)) + queryOf(writeQuery(options));
      const contentType = patchTypes[type];
      return parse(
        await transport.send({
          method: 'PATCH',
          path,
          body: JSON.stringify(patch),
          contentType,
          ...sending(options),
        }),
      );
    },
    async apply(object, options) {
      const query = { ...writeQuery(options), ...(options.force ? { force: 'true' } : {}) };
      const answer = await transport.send({
        method: 'PATCH',
        path: (await pathOf(refTo(object), options.subresource)) + queryOf(query),
        body: JSON.stringify(object),
        contentType: 'application/apply-patch+yaml',
        ...sending(options),
      });
      return { object: parse(answer), created: answer.code === 201, warnings: answer.warnings };
    },
    async delete(ref, { propagation = 'Background', dryRun = false, uid, resourceVersion, signal, as }) {
      const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
      const body = {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: propagation,
        preconditions,
        ...(dryRun ? { dryRun: ['All'] } : {}),
      };
      const path = await pathOf(ref);
      const headers = identityHeaders(as);
      await transport.send({ method: 'DELETE', path, body: JSON.stringify(body), signal, headers });
    },
    close: () => transport.close(),
  };
  return client;
}

/** Asks for objects, or a list of them, without what stands beside metadata. */
export function asMetadata(what: '' | 'List'): string {
  return `application/json;as=PartialObjectMetadata${what};g=meta.k8s.io;v=v1`;
}

/** Throws a TypeError for a name or a namespace that would leave its place in the URL. */
function pathTo(mapping: Mapping, namespace?: string, name?: string): string {
  const base = mapping.group === '' ? `/api/${mapping.version}` : `/apis/${mapping.group}/${mapping.version}`;
  const scope = mapping.namespaced && namespace ? `/namespaces/${segment(namespace)}` : '';
  return `${base}${scope}/${mapping.resource}${name === undefined ? '' : `/${segment(name)}`}`;
}

function segment(name: string): string {
  if (name === '' || name === '.' || name === '..') throw new TypeError(`"${name}" is no name of an object`);
  return encodeURIComponent(name);
}

const refTo = ({ apiVersion, kind, metadata }: KubeObject): ObjectRef => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
});

function queryOf(parameters: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? '' : `?${query}`;
}

function writeQuery({
  fieldManager,
  dryRun,
  fieldValidation,
}: WriteOptions): Record<string, string | undefined> {
  return { fieldManager, dryRun: dryRun ? 'All' : undefined, fieldValidation };
}

function sending({ signal, as }: WriteOptions) {
  return { signal, headers: identityHeaders(as) };
}

function parse<T extends KubeObject>(answer: Response): T {
  return JSON.parse(answer.text) as T;
}

/** The items of a list carry no apiVersion and kind of their own in the core groups: add what was asked for. */
function parseList<T extends KubeObject>(answer: Response, apiVersion: string, kind: string): List<T> {
  const list = JSON.parse(answer.text) as {
    items?: JsonObject[];
    metadata?: { resourceVersion?: string; continue?: string; remainingItemCount?: number };
  };
  // Of metadata alone the kind is another one's.
  const items = (list.items ?? []).map(item => ({ ...item, apiVersion, kind }) as unknown as T);
  const { continue: next, remainingItemCount } = list.metadata ?? {};
  return {
    items,
    resourceVersion: list.metadata?.resourceVersion ?? '',
    ...(next ? { continue: next } : {}),
    ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
  };
}
