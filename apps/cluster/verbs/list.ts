import type { Api, Target } from '../api/api.ts';
import { parseFieldSelector } from '../api/field-selector.ts';
import { parseLabelSelector } from '../api/label-selector.ts';
import { ApiError, badRequest, expired, invalid, invalidOption } from '../api/status.ts';
import type { Entry } from '../store/entry.ts';
import { Compacted } from '../store/history.ts';

/** True for the entries that a request wants. */
export type Selector = (entry: Entry) => boolean;

/** A page of a list, as of one revision. */
export interface Page {
  readonly entries: readonly Entry[];
  readonly revision: number;
  /** The token for the next page; empty on the last. */
  readonly next: string;
  /** How many entries follow; unknown when a selector hides some. */
  readonly remaining: number | undefined;
}

/** The selectors of a request, with a name in the path counting as one. Undefined when everything is wanted. */
export function selectorOf(target: Target, query: URLSearchParams): Selector | undefined {
  const labelText = query.get('labelSelector') ?? '';
  const labels = parseLabelSelector(labelText);
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '', target.resource);
  const { name } = target;
  if (!labels && !fields && !name) return undefined;
  return entry =>
    (!name || entry.name === name) && (!labels || labels(entry.labels)) && (!fields || fields(entry));
}

/** The namespace of a target for store look-ups: undefined means all. */
export function scopeOf(target: Target): string | undefined {
  return target.resource.namespaced && target.namespace === '' ? undefined : target.namespace;
}

/**
 * The page of a list that the query asks for. Throws 400, 410 (continue token or exact version too old), 422 and 504.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-get-and-list
 */
export function listPage(api: Api, target: Target, query: URLSearchParams): Page {
  const limit = numberIn(query, 'limit');
  numberIn(query, 'timeoutSeconds');
  const token = query.get('continue');
  const from = token ? parseToken(token) : undefined;
  const revision = from?.revision ?? listRevision(api, query);
  const selector = selectorOf(target, query);
  const all = entriesAt(api, target, revision, from !== undefined);
  const rest = from ? all.filter(entry => comesAfter(entry, from.after)) : all;
  if (!limit || (!selector && rest.length <= limit)) {
    return { entries: selector ? rest.filter(selector) : rest, revision, next: '', remaining: undefined };
  }
  const page: Entry[] = [];
  for (let i = 0; i < rest.length; i++) {
    const entry = rest[i]!;
    if (selector && !selector(entry)) continue;
    if (page.length === limit) {
      const next = formatToken({ revision, after: page.at(-1)! });
      return { entries: page, revision, next, remaining: selector ? undefined : rest.length - limit };
    }
    page.push(entry);
  }
  return { entries: page, revision, next: '', remaining: undefined };
}

/** A whole number among the parameters; none is 0, and less than nothing counts as none. Throws 400. */
function numberIn(query: URLSearchParams, name: string): number {
  const text = query.get(name) || '0';
  if (!/^[-+]?\d+$/.test(text))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Math.max(0, Number(text));
}

function listRevision(api: Api, query: URLSearchParams): number {
  const asked = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  if (query.has('sendInitialEvents')) {
    throw invalidOption('ListOptions', {
      reason: 'FieldValueForbidden',
      message: 'Forbidden: sendInitialEvents is forbidden for list',
      field: 'sendInitialEvents',
    });
  }
  if (match && match !== 'Exact' && match !== 'NotOlderThan') {
    const message = `Unsupported value: "${match}": supported values: "Exact", "NotOlderThan", ""`;
    throw invalidOption('ListOptions', {
      reason: 'FieldValueNotSupported',
      message,
      field: 'resourceVersionMatch',
    });
  }
  if (match && asked === '')
    throw badMatch('Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (match === 'Exact' && asked === '0')
    throw badMatch('Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  const revision = parseRevision(asked);
  requireReached(api, revision);
  // A limit without a match asks for exactly that version too, for the sake of old clients.
  const exact =
    match === 'Exact' || (match === '' && revision > 0 && query.has('limit') && query.get('limit') !== '0');
  return exact ? revision : api.store.revision;
}

function badMatch(message: string): ApiError {
  return invalid({ group: 'meta.k8s.io', resource: '', kind: 'ListOptions' }, '', [
    { reason: 'FieldValueForbidden', message, field: 'resourceVersionMatch' },
  ]);
}

/** Throws 504 for a revision that the store has not reached. */
export function requireReached(api: Api, asked: number): void {
  const current = api.store.revision;
  if (asked <= current) return;
  throw new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** Parse a resourceVersion; none is 0. Throws 400. */
export function parseRevision(text: string): number {
  if (text === '') return 0;
  if (!/^\d{1,15}$/.test(text))
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  return Number(text);
}

function entriesAt(api: Api, target: Target, revision: number, continued: boolean): readonly Entry[] {
  try {
    return api.store.listAt(revision, target.resource.storage, scopeOf(target));
  } catch (error) {
    if (!(error instanceof Compacted)) throw error;
    if (!continued) throw expired(`The resourceVersion for the provided list is too old. (${error.message})`);
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
    );
  }
}

type Place = Pick<Entry, 'namespace' | 'name'>;

function comesAfter(entry: Place, place: Place): boolean {
  return entry.namespace === place.namespace ? entry.name > place.name : entry.namespace > place.namespace;
}

interface Token {
  readonly revision: number;
  readonly after: Place;
}

function formatToken({ revision, after: { namespace, name } }: Token): string {
  return Buffer.from(
    JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: `${namespace}/${name}` }),
  ).toString('base64url');
}

function parseToken(text: string): Token {
  try {
    const { rv, start } = JSON.parse(Buffer.from(text, 'base64url').toString()) as {
      rv: unknown;
      start: unknown;
    };
    if (typeof rv === 'number' && typeof start === 'string') {
      const [namespace = '', name = ''] = start.split('/');
      return { revision: rv, after: { namespace, name } };
    }
  } catch {
    // Falls through to the same answer as a token that parses and says nothing.
  }
  throw badRequest('continue key is not valid');
}
