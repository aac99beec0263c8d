import { setTimeout as sleep } from 'node:timers/promises';
import { connection, whyUnreachable } from '@millrace/http';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import type { Dispatcher } from 'undici';
import { HostError } from './errors.ts';
import { patienceFor } from './rate-limit.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RestOptions {
  /** The root of the API, without a slash at the end: paths are below it. */
  root: string;
  headers: Record<string, string>;
  /** What of the headers must not be told again. */
  token: string;
  ca?: string | undefined;
  /** What the user can do about a status, beyond what the host says of it. */
  advice(status: number): string | undefined;
  signal: AbortSignal;
}

/** An API over HTTP that speaks JSON. Everything throws HostError, or the reason of the signal. */
export interface Rest {
  /** `{}` for an answer without a body. */
  ask(method: Method, path: string, body?: JsonObject): Promise<JsonObject>;
  /** GET; undefined for what is not there. @param accept a media type other than the usual */
  find(path: string, accept?: string): Promise<JsonObject | undefined>;
  /** One page of a list, and the path of the next where there is one. */
  page(path: string): Promise<{ items: JsonObject[]; next: string | undefined }>;
}

interface Question {
  body?: JsonObject;
  accept?: string;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const limits = { bytes: 8 * 2 ** 20, redirects: 5, tries: 6, timeout: 60_000 };

/** Milliseconds before a question is asked again, the first time. */
const pause = 100;

export function restClient(options: RestOptions): Rest {
  const { root, headers, token, ca, advice, signal } = options;
  const dispatcher = connection({ tls: { ca } });
  const origin = new URL(root).origin;

  const once = async (method: Method, url: URL, { body, accept }: Question): Promise<Answer> => {
    const answer = await dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: {
        accept: 'application/json',
        'user-agent': 'millrace',
        ...headers,
        ...(accept ? { accept } : {}),
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      body: body ? JSON.stringify(body) : null,
      signal: AbortSignal.any([signal, AbortSignal.timeout(limits.timeout)]),
    });
    return { status: answer.statusCode, headers: flat(answer.headers), body: await bounded(answer.body) };
  };

  const refusal = (what: string, why: string, status?: number) =>
    new HostError(`${what}: ${why}`, [token], status);

  /** What can be asked again is, when the host is busy or does not answer. */
  const patiently = async (method: Method, url: URL, question: Question): Promise<Answer> => {
    const what = `${method} ${url.origin}${url.pathname}`;
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt === limits.tries;
      const answer = await once(method, url, question).catch(error => {
        signal.throwIfAborted();
        if (method !== 'GET' || isLast || error instanceof HostError || isDistrust(error))
          throw refusal(what, reasonOf(error));
        return undefined;
      });
      const wait = answer && patienceFor(answer.status, answer.headers, { isRepeatable: method === 'GET' });
      if (answer && wait === undefined) return answer;
      if (answer && isLast) return answer;
      if (wait === 'too long')
        throw refusal(what, 'the limit of requests is reached: try again later', answer?.status);
      await sleep(wait || pause * 2 ** (attempt - 1), undefined, { signal });
    }
  };

  /** The token follows a redirect on the same host, and no other. */
  const follow = async (method: Method, path: string, question: Question = {}): Promise<Answer> => {
    let url = new URL(root + path);
    for (let i = 0; i < limits.redirects; i++) {
      const answer = await patiently(method, url, question);
      const { location } = answer.headers;
      const moved =
        answer.status === 307 || answer.status === 308 || (answer.status < 303 && method === 'GET');
      if (answer.status < 300 || answer.status > 399 || !moved || !location) return answer;
      const to = new URL(location, url);
      if (to.origin !== origin)
        throw refusal(`${method} ${url.origin}${url.pathname}`, `it has moved to ${to.host}: name that host`);
      url = to;
    }
    throw refusal(`${method} ${root}${path}`, 'it is redirected in a circle');
  };

  const failure = (method: Method, path: string, { status, body }: Answer) => {
    const parts = [String(status), saidIn(parsed(body)), advice(status)].filter(part => part);
    return refusal(`${method} ${root}${path.split('?')[0]}`, parts.join(': '), status);
  };

  const object = (method: Method, path: string, answer: Answer): JsonObject => {
    if (answer.status < 200 || answer.status > 299) throw failure(method, path, answer);
    if (answer.body.trim() === '') return {};
    const value = parsed(answer.body);
    if (isObject(value)) return value;
    throw refusal(`${method} ${root}${path}`, 'the answer is no object of JSON: is this the right host?');
  };

  return {
    ask: async (method, path, body) => object(method, path, await follow(method, path, body && { body })),
    async find(path, accept) {
      const answer = await follow('GET', path, accept === undefined ? {} : { accept });
      return answer.status === 404 ? undefined : object('GET', path, answer);
    },
    async page(path) {
      const answer = await follow('GET', path);
      if (answer.status < 200 || answer.status > 299) throw failure('GET', path, answer);
      const items = parsed(answer.body);
      if (!Array.isArray(items)) throw refusal(`GET ${root}${path}`, 'the answer is no list of JSON');
      return { items: items.filter(isObject), next: nextIn(answer.headers.link, root) };
    },
  };
}

/** Pages of a list that are too many: nobody has so many keys. */
const mostPages = 100;

/** A list whose pages link to each other (RFC 8288). */
export async function allPages(rest: Rest, path: string): Promise<JsonObject[]> {
  const items: JsonObject[] = [];
  let at: string | undefined = path;
  for (let i = 0; at !== undefined && i < mostPages; i++) {
    const { items: more, next }: { items: JsonObject[]; next: string | undefined } = await rest.page(at);
    items.push(...more);
    at = next;
  }
  return items;
}

/** Names from outside as a path: each of them one segment and no more. Throws HostError. */
export function pathOf(...segments: string[]): string {
  for (const segment of segments)
    if (segment === '' || segment === '.' || segment === '..')
      throw new HostError(`${JSON.stringify(segment)} is no name`, []);
  return segments.map(segment => `/${encodeURIComponent(segment)}`).join('');
}

/** Below the root only: a link elsewhere is none. */
function nextIn(link: string | undefined, root: string): string | undefined {
  const next = (link ?? '').split(',').find(part => /;\s*rel="?next"?/.test(part));
  const start = next?.indexOf('<') ?? -1;
  const target = start < 0 ? undefined : next!.slice(start + 1, next!.indexOf('>', start));
  return target?.startsWith(`${root}/`) ? target.slice(root.length) : undefined;
}

/** `{message}` of GitHub, Gitea and GitLab, where it may be an object of lists; `{errors: [{message}]}` of all. */
function saidIn(body: Json | undefined): string {
  if (!isObject(body)) return '';
  const errors = Array.isArray(body.errors) ? body.errors : [];
  const texts = [body.message, body.error, body.error_description, ...errors.slice(0, 3)].flatMap(wordsOf);
  return [...new Set(texts)].join(', ');
}

function wordsOf(value: Json | undefined): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (!isObject(value)) return [];
  if (typeof value.message === 'string') return [value.message];
  const { field, code } = value;
  if (typeof field === 'string' && typeof code === 'string') return [`${field} ${code}`];
  return Object.entries(value).flatMap(([name, words]) =>
    [words].flat().flatMap(word => (typeof word === 'string' ? [`${name} ${word}`] : [])),
  );
}

function parsed(body: string): Json | undefined {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}

async function bounded(body: Dispatcher.ResponseData['body']): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > limits.bytes) throw new HostError(`the answer has more than ${limits.bytes} bytes`, []);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function flat(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const pairs = Object.entries(headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')]);
  return Object.fromEntries(pairs);
}

/** Nothing changes that: who the host is has to be told. */
function isDistrust(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /CERT|SIGNATURE|VERIFY/.test(String(error.code));
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time';
  const said = whyUnreachable(error);
  return isDistrust(error) ? `${said}: --ca-file names an authority of your own` : said;
}
