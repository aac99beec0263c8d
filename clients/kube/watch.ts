import type { Json } from '@millrace/json';
import { asMetadata, type KubeClient, type ListOptions } from './client.ts';
import { ApiError, ConnectionError, parseStatus } from './errors.ts';
import { identityHeaders } from './identity.ts';
import type { KubeObject } from './object.ts';

export type WatchEvent<T extends KubeObject = KubeObject> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T }
  /** Nothing has happened up to this version. */
  | { type: 'BOOKMARK'; resourceVersion: string };

export interface WatchOptions
  extends Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector' | 'metadataOnly' | 'as'> {
  resourceVersion: string;
  /** The server ends the watch after this long; the caller starts the next where it ended. */
  timeoutSeconds: number;
  signal: AbortSignal;
}

/** A line of a watch may hold the largest object that the API server stores, several times over. */
const lineLimit = 32 * 1024 * 1024;

/**
 * The events from `resourceVersion` on, until the server ends the watch. Throws ApiError when the server says that
 * the watch cannot go on (410: list again) and ConnectionError when it breaks.
 */
export async function* watch<T extends KubeObject>(
  client: KubeClient,
  apiVersion: string,
  kind: string,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const { namespace, signal, metadataOnly, as, ...rest } = options;
  const headers = identityHeaders(as);
  const mapping = await client.discovery.mapping(apiVersion, kind);
  const query = new URLSearchParams({ watch: 'true', allowWatchBookmarks: 'true' });
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) query.set(name, String(value));
  const path = `${client.pathTo(mapping, namespace)}?${query}`;
  // A silent connection may be dead without a word: the server ends a live one by itself.
  const overdue = AbortSignal.timeout(options.timeoutSeconds * 1000 + 30_000);
  const stream = await client.transport.stream({
    method: 'GET',
    path,
    headers,
    ...(metadataOnly ? { accept: asMetadata('') } : {}),
    signal: AbortSignal.any([signal, overdue]),
  });
  try {
    for await (const line of lines(stream.chunks)) yield parseEvent<T>(line, apiVersion, kind);
  } catch (error) {
    if (signal.aborted || error instanceof ApiError) throw error;
    throw new ConnectionError(`the watch of ${kind} broke`, { cause: error });
  } finally {
    stream.close();
  }
}

function parseEvent<T extends KubeObject>(line: string, apiVersion: string, kind: string): WatchEvent<T> {
  const { type, object } = JSON.parse(line) as { type: string; object: Json };
  if (type === 'ERROR') {
    const code = (object as { code?: number } | null)?.code ?? 500;
    throw new ApiError(parseStatus(code, JSON.stringify(object)));
  }
  const parsed = { ...(object as object), apiVersion, kind } as T;
  if (type === 'BOOKMARK') return { type, resourceVersion: parsed.metadata.resourceVersion ?? '' };
  return { type: type as 'ADDED' | 'MODIFIED' | 'DELETED', object: parsed };
}

async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', start)) {
      if (end > start) yield rest.slice(start, end);
      start = end + 1;
    }
    rest = rest.slice(start);
    if (rest.length > lineLimit) throw new RangeError(`an event of the watch passes ${lineLimit} characters`);
  }
  if (rest.trim() !== '') yield rest;
}
