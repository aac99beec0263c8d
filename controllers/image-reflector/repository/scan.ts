import { createHash } from 'node:crypto';
import type { ImageRepository } from '@millrace/api';
import { Failed, timestamp } from '@millrace/controller';
import { keyOf } from '@millrace/kube';
import { RegistryError } from '@millrace/oci';
import type { TagStore } from '../tag-store.ts';
import { exclusionsOf, withoutExcluded } from './exclusion.ts';
import { canonical } from './image-name.ts';
import { openRegistry, type RegistryDeps, type Way } from './way.ts';

export type ScanResult = NonNullable<NonNullable<ImageRepository['status']>['lastScanResult']>;

/** How many of the tags the status shows. */
const shown = 10;

/** Ask the registry for all tags, and keep those that count. Throws Failed. */
export async function scan(
  repo: ImageRepository,
  way: Way,
  on: RegistryDeps & { store: TagStore; newRevisions: boolean },
  signal: AbortSignal,
): Promise<ScanResult> {
  const all = await tagsOf(repo, way, on, signal);
  const tags = withoutExcluded(all, exclusionsOf(repo.spec.exclusionList)).sort(descending);
  on.store.set(keyOf(repo.metadata), canonical(way.name), tags);
  const latestTags = tags.slice(0, shown);
  return {
    revision: revisionOf(tags, on.newRevisions),
    tagCount: tags.length,
    scanTime: timestamp(new Date()),
    ...(latestTags.length > 0 ? { latestTags } : {}),
  };
}

async function tagsOf(
  repo: ImageRepository,
  way: Way,
  on: RegistryDeps,
  signal: AbortSignal,
): Promise<string[]> {
  try {
    const registry = await openRegistry(repo, way, on, signal);
    try {
      return await registry.tags(signal);
    } finally {
      await registry.close();
    }
  } catch (cause) {
    if (cause instanceof Failed) throw cause;
    const said = signal.aborted ? timedOut(signal) : messageOf(cause);
    const retryAfter = cause instanceof RegistryError ? cause.retryAfter : undefined;
    throw new Failed('ReadOperationFailed', `scan failed: ${said}`, { cause, retryAfter });
  }
}

function timedOut({ reason }: AbortSignal): string {
  if (reason instanceof DOMException && reason.name === 'TimeoutError') return 'context deadline exceeded';
  throw reason;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** By their bytes, as Go compares them: tags are ASCII. */
const descending = (a: string, b: string) => (a < b ? 1 : a > b ? -1 : 0);

/**
 * Stands for the list: equal lists have equal ones. As Flux counts it, which has two ways: that of its old storage,
 * and that of its new one behind the gate FluxStorage.
 */
function revisionOf(tags: string[], isNew: boolean): string {
  if (!isNew) return String(adler32(Buffer.from(JSON.stringify(tags))));
  const lines = tags.map(tag => `${tag}\n`).join('');
  return `sha256:${createHash('sha256').update(lines).digest('hex')}`;
}

/** RFC 1950, section 9. */
function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return high * 65_536 + low;
}
