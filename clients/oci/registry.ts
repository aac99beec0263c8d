import { createHash } from 'node:crypto';
import { type ConnectionOptions, isCertificateProblem } from '@millrace/http';
import { authorize } from './authorization.ts';
import { downloadBlob } from './blob.ts';
import { type Digest, digestOf, hashFor, isDigest } from './digest.ts';
import { RegistryError } from './errors.ts';
import { type Answer, exchange, mayFollow, type Request, readBody } from './exchange.ts';
import { type Login, secretsOf } from './login.ts';
import {
  type Descriptor,
  InvalidManifest,
  type Manifest,
  manifestTypes,
  parseManifest,
  requireOneImage,
} from './manifest.ts';
import { type NewBlob, type NewManifest, type Pushing, pushBlob, pushManifest } from './push.ts';
import { listReferrers, type Referrer, referrersType } from './referrers.ts';
import { refusalOf } from './refusal.ts';
import { isNear, type RepositoryName } from './repository-name.ts';
import { listTags } from './tags.ts';
import type { Tokens } from './tokens.ts';
import { ownWay, type Way, type Ways } from './ways.ts';

export interface RegistryOptions extends ConnectionOptions {
  login?: Login | undefined;
  tokens: Tokens;
  /** Those that others take too; without them the registry is reached by connections of one's own. */
  ways?: Ways | undefined;
  /** To push too, and not only to pull. */
  pushes?: boolean | undefined;
}

/**
 * The pull side of the Distribution protocol (distribution-spec v1.1), for one repository. Everything throws
 * RegistryError, or the signal's reason. Nothing is read that is larger than its limit, and nothing taken that is not
 * what its digest says.
 */
export interface Registry {
  tags(signal: AbortSignal): Promise<string[]>;
  /** The digest of what a tag points at; who wants the manifest next has it read along, and saves a request. */
  resolve(tag: string, signal: AbortSignal, options?: { reads?: boolean }): Promise<Digest>;
  /** What a digest names; of an index, the artifact for linux/amd64. */
  manifest(digest: Digest, signal: AbortSignal): Promise<Manifest>;
  /** The bytes of a manifest or index, and its digest; undefined where there is none. */
  document(reference: Digest | string, signal: AbortSignal): Promise<Document | undefined>;
  /** What refers to a manifest, such as its signatures (distribution-spec, "Listing Referrers"). */
  referrers(digest: Digest, signal: AbortSignal): Promise<Referrer[]>;
  /** The bytes of a layer. What ends early goes on where it ended. */
  blob(layer: Descriptor, limit: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Let the connections go. */
  close(): Promise<void>;
}

/** The push side, for who has said so in the options. */
export interface PushableRegistry extends Registry {
  /** Bring a blob there; one that is there already is not sent. */
  pushBlob(blob: NewBlob, signal: AbortSignal): Promise<void>;
  /** Put a manifest, byte by byte, under a tag or its digest. */
  pushManifest(reference: string, manifest: NewManifest, signal: AbortSignal): Promise<Digest>;
}

export interface Document {
  bytes: Uint8Array;
  digest: Digest;
  /** As the registry says; empty where it says nothing. */
  mediaType: string;
}

/** The size that registries must take at least, and most take at most (distribution-spec, "Pushing manifests"). */
const largestManifest = 4 * 2 ** 20;

export function registry(name: RepositoryName, options: RegistryOptions): PushableRegistry {
  return new Session(name, options);
}

/** A request for something of the repository. */
type Ask = Partial<Omit<Request, 'url'>>;

class Session implements PushableRegistry {
  readonly #name: RepositoryName;
  readonly #options: RegistryOptions;
  readonly #way: Way;
  /** Tokens are for who has the same login and the same way to the registry. */
  readonly #key: string;
  /** What a tag was found to point at. */
  #read: Document | undefined;

  constructor(name: RepositoryName, options: RegistryOptions) {
    this.#name = name;
    this.#options = options;
    this.#way = options.ways?.take(name.host, options) ?? ownWay(options);
    const { login, tls, insecure, proxy, pushes } = options;
    const identity = JSON.stringify([name, login, tls, insecure, proxy, pushes]);
    this.#key = createHash('sha256').update(identity).digest('base64');
  }

  tags(signal: AbortSignal): Promise<string[]> {
    return listTags(
      this.#label,
      url => this.#ask(url, {}, signal),
      this.#path,
      () => this.#origin(signal),
    );
  }

  async resolve(tag: string, signal: AbortSignal, { reads = false } = {}): Promise<Digest> {
    const path = `${this.#path}/manifests/${encodeURIComponent(tag)}`;
    if (reads) return this.#readTag(path, tag, signal);
    const ask: Ask = { method: 'HEAD', headers: { accept: manifestTypes.join(', ') } };
    const head = await this.#answer(path, ask, signal);
    await head.body.dump();
    const told = head.header('docker-content-digest') ?? '';
    if (head.status === 200 && isDigest(told)) return told;
    // Not all registries answer HEAD, or tell the digest: then it is that of the bytes.
    return this.#readTag(path, tag, signal);
  }

  async #readTag(path: string, tag: string, signal: AbortSignal): Promise<Digest> {
    this.#read = await this.#document(path, tag, signal);
    return this.#read.digest;
  }

  async manifest(digest: Digest, signal: AbortSignal): Promise<Manifest> {
    try {
      const found = parseManifest(await this.#manifestBytes(digest, signal));
      if ('manifest' in found) return found.manifest;
      const child = requireOneImage(found.index);
      const image = parseManifest(await this.#manifestBytes(child.digest, signal));
      if ('manifest' in image) return image.manifest;
      throw new InvalidManifest('an index in an index');
    } catch (cause) {
      if (!(cause instanceof InvalidManifest)) throw cause;
      throw new RegistryError('invalid', `${this.#label}@${digest} is no manifest: ${cause.message}`, {
        cause,
      });
    }
  }

  async document(reference: Digest | string, signal: AbortSignal): Promise<Document | undefined> {
    const path = `${this.#path}/manifests/${isDigest(reference) ? reference : encodeURIComponent(reference)}`;
    try {
      return await this.#document(path, reference, signal);
    } catch (error) {
      if (error instanceof RegistryError && error.failure === 'not-found') return undefined;
      throw error;
    }
  }

  referrers(digest: Digest, signal: AbortSignal): Promise<Referrer[]> {
    return listReferrers(
      {
        page: async path => {
          const answer = await this.#answer(path, { headers: { accept: referrersType } }, signal);
          if (answer.status === 200 || answer.status >= 500) return answer;
          if (![400, 404, 405].includes(answer.status)) throw await this.#refusal(answer, this.#label);
          await answer.body.dump();
          return undefined;
        },
        tagged: tag => this.document(tag, signal),
        label: `${this.#label}@${digest}`,
        path: `${this.#path}/referrers/${digest}`,
      },
      digest,
    );
  }

  blob(layer: Descriptor, limit: number, signal: AbortSignal): AsyncIterable<Uint8Array> {
    const what = `${this.#label}@${layer.digest}`;
    const path = `${this.#path}/blobs/${layer.digest}`;
    const ask = (headers: Record<string, string>) => this.#require(path, { headers }, what, signal);
    return downloadBlob(layer, limit, what, ask, signal);
  }

  async pushBlob(blob: NewBlob, signal: AbortSignal): Promise<void> {
    await pushBlob(blob, this.#pushing(signal));
  }

  pushManifest(reference: string, manifest: NewManifest, signal: AbortSignal): Promise<Digest> {
    return pushManifest(reference, manifest, this.#pushing(signal));
  }

  async close(): Promise<void> {
    await this.#way.release();
  }

  #pushing(signal: AbortSignal): Pushing {
    return {
      path: this.#path,
      label: this.#label,
      ask: (to, ask) => this.#askAt(to, ask, signal),
      refusal: (answer, what) => this.#refusal(answer, what),
    };
  }

  get #label(): string {
    return `${this.#name.host}/${this.#name.path}`;
  }

  get #path(): string {
    return `/v2/${this.#name.path}`;
  }

  async #manifestBytes(digest: Digest, signal: AbortSignal): Promise<Uint8Array> {
    if (this.#read?.digest === digest) return this.#read.bytes;
    return (await this.#document(`${this.#path}/manifests/${digest}`, digest, signal)).bytes;
  }

  async #document(path: string, reference: string, signal: AbortSignal): Promise<Document> {
    const what = `${this.#label}${isDigest(reference) ? '@' : ':'}${reference}`;
    const ask = { headers: { accept: manifestTypes.join(', ') } };
    const answer = await this.#require(path, ask, what, signal);
    const bytes = await readBody(answer, largestManifest, `the manifest ${what}`);
    const like = isDigest(reference) ? reference : 'sha256:';
    const digest = digestOf(hashFor(like).update(bytes), like);
    if (isDigest(reference) && digest !== reference)
      throw new RegistryError('invalid', `the manifest ${what} is another: its digest is ${digest}`);
    const mediaType = answer.header('content-type')?.split(';', 1)[0]?.trim() ?? '';
    return { bytes, digest, mediaType };
  }

  /** By a path of the registry, or by a place that it has named: another host has no business with the login. */
  async #askAt(to: string, ask: Ask, signal: AbortSignal): Promise<Answer> {
    const origin = await this.#origin(signal);
    const url = URL.canParse(to, origin.href) ? new URL(to, origin) : undefined;
    if (!url || !mayFollow(origin, url))
      throw new RegistryError(
        'invalid',
        `${this.#label}: the registry names a place for uploads that is none`,
      );
    if (url.origin === origin.origin) return this.#authorized(url, ask, signal);
    return exchange(this.#way.dispatcher, { method: 'GET', ...ask, url }, signal);
  }

  async #require(path: string, ask: Ask, what: string, signal: AbortSignal): Promise<Answer> {
    return this.#ask(new URL(path, await this.#origin(signal)), ask, signal, what);
  }

  async #answer(path: string, ask: Ask, signal: AbortSignal): Promise<Answer> {
    return this.#authorized(new URL(path, await this.#origin(signal)), ask, signal);
  }

  /** An answer of success, or an error that says what the registry said. */
  async #ask(url: URL, ask: Ask, signal: AbortSignal, what = this.#label): Promise<Answer> {
    const answer = await this.#authorized(url, ask, signal);
    if (answer.status === 200 || answer.status === 206) return answer;
    throw await this.#refusal(answer, what);
  }

  async #authorized(url: URL, ask: Ask, signal: AbortSignal): Promise<Answer> {
    const { method = 'GET', headers = {}, body } = ask;
    const { tokens, login, pushes } = this.#options;
    const send = (authorization: string | undefined) =>
      exchange(
        this.#way.dispatcher,
        {
          method,
          url,
          headers: { ...headers, ...(authorization ? { authorization } : {}) },
          ...(body === undefined ? {} : { body }),
        },
        signal,
      );
    const answer = await send(tokens.get(this.#key));
    const challenge = answer.header('www-authenticate');
    // A host that the registry has led to must not say where logins are to be sent.
    const isOwn = answer.origin === url.origin;
    if (answer.status !== 401 || challenge === undefined || !isOwn) return answer;
    await answer.body.dump();
    tokens.delete(this.#key);
    const asking = {
      dispatcher: this.#way.dispatcher,
      base: new URL(url.origin),
      repository: this.#name.path,
      login,
      action: pushes ? ('pull,push' as const) : ('pull' as const),
    };
    const { authorization, lifetime } = await authorize(challenge, asking, signal);
    const second = await send(authorization);
    if (second.status !== 401) tokens.set(this.#key, authorization, lifetime);
    return second;
  }

  /** Where the registry is. Plain HTTP only where that was asked for, or is near, and nobody speaks TLS there. */
  async #origin(signal: AbortSignal): Promise<URL> {
    const origin = this.#way.origin ?? (await this.#findOrigin(this.#name.host, signal));
    this.#way.origin = origin;
    return origin;
  }

  async #findOrigin(host: string, signal: AbortSignal): Promise<URL> {
    const secure = new URL(`https://${host}`);
    if (!this.#options.insecure && !isNear(host)) return secure;
    try {
      const url = new URL('/v2/', secure);
      const ping = await exchange(this.#way.dispatcher, { method: 'GET', url }, signal);
      await ping.body.dump();
      return secure;
    } catch (error) {
      if (!(error instanceof RegistryError) || error.failure !== 'unreachable') throw error;
      // What it says to plain HTTP would hide that.
      if (isCertificateProblem(error.cause)) throw error;
      return new URL(`http://${host}`);
    }
  }

  #refusal(answer: Answer, what: string): Promise<RegistryError> {
    const { login, tokens } = this.#options;
    return refusalOf(answer, what, [...secretsOf(login), tokens.get(this.#key)?.split(' ')[1]]);
  }
}
