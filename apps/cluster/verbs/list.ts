import type { Api, Target } from '../api/api.ts';
import { parseFieldSelector } from '../api/field-selector.ts';
import { parseLabelSelector } from '../api/label-selector.ts';
import { ApiError, badRequest, expired } from '../api/status.ts';
import type { Entry } from '../store/entry.ts';
import { Compacted } from '../store/history.ts';
import { comparePlaces } from '../store/order.ts';
import { type Continue, formatContinue, parseContinue } from './continue-token.ts';
import { type ListOptions, listOptions } from './list-options.ts';

/** True for the entries that a request wants. */
export interface Selector {
  (entry: Entry): boolean;
  /** Labels that all of them have, as `key=value`. */
  readonly labels: readonly string[];
}

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
  const wants = (entry: Entry) =>
    (!name || entry.name === name) && (!labels || labels(entry.labels)) && (!fields || fields(entry));
  return Object.assign(wants, { labels: labels?.pairs ?? [] });
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
  const options = listOptions(query);
  const from = options.continue ? continuation(options, scopeOf(target)) : undefined;
  const revision = from ? (from.revision ?? api.store.revision) : listRevision(api, options);
  // Upstream answers a list of any state from memory, and gives all of it.
  const limit = options.resourceVersion === '0' && !from ? 0 : options.limit;
  const selector = selectorOf(target, query);
  const all =
    (from ? undefined : labelledNow(api, target, selector, revision)) ??
    entriesAt(api, target, revision, from);
  const rest = from ? all.filter(entry => comparePlaces(entry, from.after) > 0) : all;
  if (!limit || (!selector && rest.length <= limit)) {
    return { entries: selector ? rest.filter(selector) : rest, revision, next: '', remaining: undefined };
  }
  const page: Entry[] = [];
  for (let i = 0; i < rest.length; i++) {
    const entry = rest[i]!;
    if (selector && !selector(entry)) continue;
    if (page.length === limit) {
      const next = formatContinue({ revision, after: page.at(-1)! }, scopeOf(target));
      return { entries: page, revision, next, remaining: selector ? undefined : rest.length - limit };
    }
    page.push(entry);
  }
  return { entries: page, revision, next: '', remaining: undefined };
}

/** Those that have the labels which are asked for, where that is faster than to look through all. */
function labelledNow(
  { store }: Api,
  target: Target,
  selector: Selector | undefined,
  revision: number,
): readonly Entry[] | undefined {
  if (!selector || revision < store.revision) return undefined;
  return store.labelled(target.resource.storage, selector.labels, scopeOf(target));
}

/** A list goes on as of the revision that its token names. Throws 400. */
function continuation(options: ListOptions, scope: string | undefined): Continue {
  const token = parseContinue(options.continue, scope);
  if (options.resourceVersion === '' || options.resourceVersion === '0') return token;
  throw badRequest('specifying resource version is not allowed when using continue');
}

function listRevision(api: Api, { resourceVersion, match, limit }: ListOptions): number {
  const revision = parseRevision(resourceVersion);
  requireReached(api, revision);
  // A limit without a match asks for exactly that version too, for the sake of old clients.
  const exact = match === 'Exact' || (match === '' && revision > 0 && limit > 0);
  return exact ? revision : api.store.revision;
}

/** Throws 504 for a revision that the store has not reached. */
export function requireReached(api: Api, asked: number): void {
  const problem = unreached(api, asked);
  if (problem) throw problem;
}

/** The 504 for a revision that the store has not reached. */
export function unreached(api: Api, asked: number): ApiError | undefined {
  const current = api.store.revision;
  if (asked <= current) return undefined;
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`;
  return new ApiError(504, 'Timeout', message, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** Why a text is no revision; undefined when it is one. */
function revisionProblem(text: string): string | undefined {
  const digits = /^\d+$/.test(text);
  if (digits && BigInt(text) < 2n ** 64n) return undefined;
  const quoted = JSON.stringify(text);
  const why = digits ? 'value out of range' : 'invalid syntax';
  return `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: ${why}`;
}

/** The revision that a watch or a get asks for; none is 0. Throws a 500, as upstream lets its parser's error out as it is. */
export function asIfWatched(text: string): number {
  const problem = text === '' ? undefined : revisionProblem(text);
  if (problem !== undefined) throw new ApiError(500, '', problem);
  return Number(text);
}

/** Parse a resourceVersion; none is 0. Throws 400. */
function parseRevision(text: string): number {
  if (text === '') return 0;
  const problem = revisionProblem(text);
  if (problem !== undefined) throw badRequest(`invalid resource version: ${problem}`);
  return Number(text);
}

function entriesAt(api: Api, target: Target, revision: number, from: Continue | undefined): readonly Entry[] {
  try {
    return api.store.listAt(revision, target.resource.storage, scopeOf(target));
  } catch (error) {
    if (!(error instanceof Compacted)) throw error;
    if (!from) throw expired('The resourceVersion for the provided list is too old.');
    throw expired(inconsistentContinue, formatContinue({ ...from, revision: undefined }, scopeOf(target)));
  }
}

const inconsistentContinue =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
