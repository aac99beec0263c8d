import type { Bucket } from '@millrace/api';
import { ArtifactError, ignoreFile, ignores } from '@millrace/artifact';
import { type ObjectEntry, type ObjectStore, StoreError } from '@millrace/bucket';

/** What is read of a bucket that is not the controller's own may be without end. */
export interface ListLimits {
  /** Objects that are looked at, those that the rules leave out among them. */
  looked: number;
  /** Objects that are kept. */
  kept: number;
  /** Bytes of `.sourceignore`. */
  rules: number;
}

export const listLimits: ListLimits = { looked: 2_000_000, kept: 250_000, rules: 4 * 2 ** 20 };

/** What the artifact is to hold. */
export interface Listed {
  objects: Map<string, ObjectEntry>;
  /** The `.sourceignore` of the bucket, which is in the artifact as it is and counts for no revision. */
  rules: Buffer | undefined;
}

/** Throws StoreError and ArtifactError with Flux's words before theirs. */
export async function listBucket(
  { spec }: Bucket,
  store: ObjectStore,
  signal: AbortSignal,
  limits = listLimits,
): Promise<Listed> {
  const { bucketName, prefix = '' } = spec;
  const pages = store.list(prefix, signal)[Symbol.asyncIterator]();
  let page = await pages.next().catch(cause => {
    throw isMissing(cause)
      ? new StoreError('no bucket', `bucket '${bucketName}' not found`)
      : named(`failed to confirm existence of '${bucketName}' bucket`, cause);
  });
  const rules = await rulesOf(store, signal, limits).catch(cause => {
    throw named(`failed to get Etag for '${ignoreFile}' object`, cause);
  });
  const isLeftOut = ignores({
    files: rules ? { [ignoreFile]: rules.toString('utf8') } : {},
    spec: spec.ignore,
    defaults: false,
  });
  const objects = new Map<string, ObjectEntry>();
  let looked = 0;
  try {
    for (; !page.done; page = await pages.next()) {
      looked += page.value.length;
      if (looked > limits.looked)
        throw new ArtifactError(`there are more than ${limits.looked} objects: use spec.prefix`);
      for (const object of page.value) {
        const { key } = object;
        if (key.endsWith('/') || key === ignoreFile || isLeftOut(key)) continue;
        objects.set(key, object);
      }
      if (objects.size > limits.kept)
        throw new ArtifactError(
          `there are more than ${limits.kept} objects to fetch: use spec.prefix or spec.ignore`,
        );
    }
  } catch (cause) {
    const step = `indexation of objects from bucket '${bucketName}' failed`;
    throw named(
      cause instanceof StoreError ? `${step}: listing objects from bucket '${bucketName}' failed` : step,
      cause,
    );
  } finally {
    await pages.return?.();
  }
  return { objects, rules };
}

async function rulesOf(
  store: ObjectStore,
  signal: AbortSignal,
  limits: ListLimits,
): Promise<Buffer | undefined> {
  const found = await store.open({ key: ignoreFile }, signal);
  if (!found) return undefined;
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of found.body) {
    size += part.byteLength;
    if (size > limits.rules) throw new ArtifactError(`it has more than ${limits.rules} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const isMissing = (cause: unknown) => cause instanceof StoreError && cause.failure === 'no bucket';

/** The same error, with what was done before what went wrong. */
export function named(step: string, cause: unknown): unknown {
  if (cause instanceof StoreError)
    return new StoreError(cause.failure, `${step}: ${cause.message}`, cause.retryAfter);
  return cause instanceof ArtifactError ? new ArtifactError(`${step}: ${cause.message}`, { cause }) : cause;
}
