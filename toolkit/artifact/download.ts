import { hashBy, isAlgorithm } from './digest.ts';
import { ArtifactError, ArtifactUnavailable, defaultLimits, type Limits } from './limits.ts';

/** What a source's status says of its artifact. */
export interface ArtifactRef {
  url: string;
  digest: string;
  revision: string;
}

/** Begins to read what is at the address of an artifact. Throws ArtifactError, ArtifactUnavailable; else it counts as unavailable. */
export type Reach = (
  ref: Pick<ArtifactRef, 'url' | 'revision'>,
  signal: AbortSignal,
) => Promise<AsyncIterable<Uint8Array>>;

/** In so many milliseconds a server must send some bytes: one that trickles is as bad as one that stalls. */
const window = 10_000;
const bytesInWindow = 10_000;

/** How an artifact is downloaded, where that is not as usual. */
export interface DownloadOptions {
  limits?: Limits;
  /** Milliseconds in which some bytes must come. */
  patience?: number;
  reach?: Reach;
}

/**
 * The bytes of an artifact, as its digest promises them. Throws ArtifactError when they are others, too many, too slow,
 * or not to be had; ArtifactUnavailable where it may be had later.
 */
export async function downloadArtifact(
  ref: ArtifactRef,
  signal: AbortSignal,
  options: DownloadOptions = {},
): Promise<Uint8Array> {
  const [algorithm = '', expected = ''] = ref.digest.split(':');
  if (!isAlgorithm(algorithm))
    throw new ArtifactError(
      `the artifact ${ref.revision} has a digest of an unknown kind: ${JSON.stringify(algorithm.slice(0, 100))}`,
    );
  const hash = hashBy(algorithm);
  const bytes = await received(ref, signal, { ...options, seen: chunk => hash.update(chunk) });
  requireDigest(ref, `${algorithm}:${hash.digest()}`, expected);
  return bytes;
}

/** The bytes of an artifact of which no digest is told: for what is only looked at. Throws as downloadArtifact. */
export function downloadUnverified(
  ref: Pick<ArtifactRef, 'url' | 'revision'>,
  signal: AbortSignal,
  options: DownloadOptions = {},
): Promise<Uint8Array> {
  return received(ref, signal, { ...options, seen() {} });
}

async function received(
  ref: Pick<ArtifactRef, 'url' | 'revision'>,
  signal: AbortSignal,
  options: DownloadOptions & { seen(chunk: Uint8Array): void },
): Promise<Uint8Array> {
  const { limits = defaultLimits, patience = window, reach = overHttp, seen } = options;
  const slow = new AbortController();
  let [size, before] = [0, 0];
  const watching = setInterval(() => {
    if (size - before < bytesInWindow)
      slow.abort(new ArtifactError(`the artifact ${ref.revision} comes too slowly`));
    before = size;
  }, patience);
  const chunks: Uint8Array[] = [];
  try {
    const body = await reach(ref, AbortSignal.any([signal, slow.signal]));
    for await (const chunk of body) {
      size += chunk.byteLength;
      if (size > limits.compressed)
        throw new ArtifactError(`the artifact ${ref.revision} is larger than ${limits.compressed} bytes`);
      seen(chunk);
      chunks.push(chunk);
    }
  } catch (cause) {
    signal.throwIfAborted();
    slow.signal.throwIfAborted();
    if (cause instanceof ArtifactError) throw cause;
    throw new ArtifactUnavailable(`the artifact ${ref.revision} cannot be downloaded from ${ref.url}`, {
      cause,
    });
  } finally {
    clearInterval(watching);
  }
  return Buffer.concat(chunks);
}

/** Straight from whoever serves it. */
export async function overHttp(
  { url, revision }: Pick<ArtifactRef, 'url' | 'revision'>,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const response = await fetch(url, { signal, redirect: 'error' });
  if (response.ok && response.body) return response.body;
  await response.body?.cancel();
  const { status } = response;
  const message = `the artifact ${revision} cannot be downloaded: ${url} answered with status ${status}`;
  if (status === 404 || status === 429 || status >= 500) throw new ArtifactUnavailable(message, { status });
  throw new ArtifactError(message);
}

function requireDigest({ revision, digest }: ArtifactRef, actual: string, expected: string): void {
  if (actual.endsWith(`:${expected}`)) return;
  throw new ArtifactError(
    `failed to verify artifact ${revision}: computed digest '${actual}' does not match advertised '${digest}'`,
  );
}
