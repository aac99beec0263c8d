import { createHash } from 'node:crypto';
import { ArtifactError, defaultLimits, type Limits } from './limits.ts';

/** What a source's status says of its artifact. */
export interface ArtifactRef {
  url: string;
  digest: string;
  revision: string;
}

/**
 * The bytes of an artifact, as its digest promises them. Throws ArtifactError when they are others, too many, or
 * not to be had.
 */
export async function downloadArtifact(
  ref: ArtifactRef,
  signal: AbortSignal,
  limits: Limits = defaultLimits,
): Promise<Uint8Array> {
  const [algorithm = '', expected = ''] = ref.digest.split(':');
  if (!['sha256', 'sha384', 'sha512'].includes(algorithm)) {
    throw new ArtifactError(`the artifact ${ref.revision} has a digest of an unknown kind: "${algorithm}"`);
  }
  const bytes = await fetchBytes(ref, signal, limits);
  const actual = createHash(algorithm).update(bytes).digest('hex');
  if (actual !== expected) {
    throw new ArtifactError(
      `failed to verify artifact ${ref.revision}: computed digest '${algorithm}:${actual}' does not match advertised '${ref.digest}'`,
    );
  }
  return bytes;
}

async function fetchBytes(
  { url, revision }: ArtifactRef,
  signal: AbortSignal,
  limits: Limits,
): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url, { signal, redirect: 'error' });
  } catch (cause) {
    signal.throwIfAborted();
    throw new ArtifactError(`the artifact ${revision} cannot be downloaded from ${url}`, { cause });
  }
  if (!response.ok || !response.body) {
    throw new ArtifactError(
      `the artifact ${revision} cannot be downloaded: ${url} answered with status ${response.status}`,
    );
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > limits.compressed)
      throw new ArtifactError(`the artifact ${revision} is larger than ${limits.compressed} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
