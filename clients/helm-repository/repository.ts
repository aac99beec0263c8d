import { createHash } from 'node:crypto';
import { type ConnectionOptions, connection } from '@millrace/http';
import type { Dispatcher } from 'undici';
import { HelmRepositoryError } from './errors.ts';
import { type Answer, get, partsOf, shown, type Traveller } from './exchange.ts';
import { chartUrl, indexUrl } from './repository-url.ts';

export interface HelmRepositoryOptions extends ConnectionOptions {
  login?: { username: string; password: string } | undefined;
  /** Charts that lie at other hosts are asked for with the login, too. */
  passCredentials?: boolean | undefined;
}

/** By which a server knows what the caller has already (RFC 9110, 13.1). */
export interface Validators {
  etag?: string;
  lastModified?: string;
}

export type FetchedIndex =
  | { isModified: false }
  | { isModified: true; validators: Validators; parts: AsyncIterable<Uint8Array> };

/** Everything throws HelmRepositoryError, InvalidRepositoryUrl, or the signal's reason. */
export interface HelmRepositoryClient {
  /** @param known of the index that the caller has: that one is not sent again */
  index(known: Validators, limit: number, signal: AbortSignal): Promise<FetchedIndex>;
  /** The archive of a chart, by a URL of the index. @param digest SHA-256 that it has to have, where the index tells */
  chart(reference: string, digest: string | undefined, limit: number, signal: AbortSignal): Promise<Buffer>;
  close(): Promise<void>;
}

/** A repository by its URL: index.yaml, and archives of charts anywhere. */
export function helmRepositoryClient(url: string, options: HelmRepositoryOptions): HelmRepositoryClient {
  return new Client(url, options);
}

class Client implements HelmRepositoryClient {
  readonly #repository: string;
  readonly #index: URL;
  readonly #options: HelmRepositoryOptions;
  readonly #own: Dispatcher;
  /** For hosts that are not the repository's: they are not shown a certificate. */
  #others: Dispatcher | undefined;

  constructor(url: string, options: HelmRepositoryOptions) {
    this.#repository = url;
    this.#index = indexUrl(url);
    this.#options = options;
    this.#own = connection(options);
  }

  async index(known: Validators, limit: number, signal: AbortSignal): Promise<FetchedIndex> {
    const url = this.#index;
    const conditions = {
      ...(known.etag ? { 'if-none-match': known.etag } : {}),
      ...(known.lastModified ? { 'if-modified-since': known.lastModified } : {}),
    };
    const answer = await get(url, this.#traveller(url, conditions), signal);
    if (answer.status === 304) {
      await answer.body.dump();
      return { isModified: false };
    }
    return { isModified: true, validators: validatorsOf(answer), parts: partsOf(answer, url, limit, signal) };
  }

  async chart(
    reference: string,
    digest: string | undefined,
    limit: number,
    signal: AbortSignal,
  ): Promise<Buffer> {
    const url = chartUrl(this.#repository, reference);
    const answer = await get(url, this.#traveller(url, {}), signal);
    const parts: Uint8Array[] = [];
    for await (const part of partsOf(answer, url, limit, signal)) parts.push(part);
    const bytes = Buffer.concat(parts);
    const actual = createHash('sha256').update(bytes).digest('hex');
    if (digest !== undefined && isSha256(digest) && plain(digest) !== actual)
      throw new HelmRepositoryError(
        'invalid',
        `${shown(url)} is not what the index says: its digest is sha256:${actual}, not sha256:${plain(digest)}`,
      );
    return bytes;
  }

  async close(): Promise<void> {
    await Promise.all([this.#own.destroy(), this.#others?.destroy()]);
  }

  /**
   * The login is for the host of the repository. One for all hosts is for those that the index names, and not for those
   * that these redirect to.
   */
  #traveller(asked: URL, headers: Record<string, string>): Traveller {
    const isOwn = (url: URL) => url.origin === this.#index.origin;
    const isTrusted = (url: URL) =>
      isOwn(url) || (this.#options.passCredentials === true && url.origin === asked.origin);
    const authorization = (url: URL) =>
      basic(inUrl(url) ?? (isTrusted(url) ? (this.#options.login ?? inUrl(this.#index)) : undefined));
    return {
      dispatcherFor: url => (isTrusted(url) ? this.#own : this.#stranger),
      headersFor: url => ({ ...headers, ...authorization(url) }),
    };
  }

  get #stranger(): Dispatcher {
    const { tls = {}, insecure, proxy } = this.#options;
    this.#others ??= connection({ tls: { ca: tls.ca }, insecure, proxy });
    return this.#others;
  }
}

function validatorsOf({ header }: Answer): Validators {
  const [etag, lastModified] = [header('etag'), header('last-modified')];
  return { ...(etag ? { etag } : {}), ...(lastModified ? { lastModified } : {}) };
}

/** Some repositories have their login in the URL. */
function inUrl({ username, password }: URL): { username: string; password: string } | undefined {
  if (username === '' && password === '') return undefined;
  return { username: decoded(username), password: decoded(password) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function basic(login: { username: string; password: string } | undefined): Record<string, string> {
  if (!login) return {};
  const { username, password } = login;
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

const plain = (digest: string) => digest.replace(/^sha256:/, '').toLowerCase();

/** What is something else is no digest of ours: some repositories write others there. */
const isSha256 = (digest: string) => /^[0-9a-f]{64}$/.test(plain(digest));
