import { createHash } from 'node:crypto';
import { formatDuration, type ImageRepository, names, parseDuration } from '@millrace/api';
import {
  type EventNote,
  Failed,
  findCondition,
  type Operation,
  type Operations,
  type Outcome,
  type Visit,
} from '@millrace/controller';
import { keyOf } from '@millrace/kube';
import type { TagStore } from '../tag-store.ts';
import { dueOf } from './due.ts';
import { exclusionsOf } from './exclusion.ts';
import { canonical, imageIn } from './image-name.ts';
import { type ScanResult, scan } from './scan.ts';
import { type RegistryDeps, requireIdentity, wayTo } from './way.ts';

export interface Deps extends RegistryDeps {
  store: TagStore;
  operations: Operations<ScanResult>;
  /** The feature gate FluxStorage: revisions are counted in its way. */
  newRevisions: boolean;
}

/** Know the tags of an image. The registry is asked outside of visits, when it is time. */
export async function reconcile(repo: ImageRepository, visit: Visit, on: Deps): Promise<Outcome> {
  requireIdentity(repo, on.objectLevelIdentity);
  const { spec, metadata, status } = repo;
  const name = imageIn(spec.image);
  const way = await wayTo(repo, name, on);
  const interval = parseDuration(spec.interval);
  const due = dueOf(repo, canonical(name), on.store, Date.now());
  if (!('reason' in due))
    return told(repo, status!.lastScanResult!, due.inMilliseconds, quietly(due.inMilliseconds));
  visit.progress(`scanning: ${due.reason}`);
  const operation: Operation<ScanResult> = {
    inputs: createHash('sha256')
      .update(JSON.stringify([metadata.uid, spec, way]))
      .digest('hex'),
    request: metadata.annotations?.[names.requestedAt] ?? '',
    host: way.place.host,
    timeout: Math.max(spec.timeout ? parseDuration(spec.timeout) : interval, 1000),
    work: signal => scan(repo, way, on, signal),
  };
  const { request, result } = on.operations.outcome(keyOf(metadata), operation, doing =>
    visit.progress(doing),
  );
  // Somebody has asked again while the registry was asked: what they ask for is not known yet.
  if (request !== operation.request) on.operations.outcome(keyOf(metadata), operation, () => {});
  if ('error' in result) throw result.error instanceof Failed ? result.error : scanFailed(result.error);
  const scanned = result.value;
  const isSame = status?.lastScanResult?.revision === scanned.revision;
  const next = `next scan in ${formatDuration(interval)}`;
  return told(repo, scanned, interval, isSame ? `tags did not change, ${next}` : `successful scan, ${next}`);
}

const quietly = (left: number) =>
  `no change in repository configuration since last scan, next scan in ${formatDuration(Math.round(left / 1000) * 1000)}`;

function scanFailed(cause: unknown): Failed {
  const said = cause instanceof Error ? cause.message : String(cause);
  return new Failed('ReadOperationFailed', `scan failed: ${said}`, { cause });
}

/** @param quiet what is told to those who look where nothing has changed */
function told(repo: ImageRepository, scanned: ScanResult, requeueAfter: number, quiet: string): Outcome {
  const { revision = '', tagCount } = scanned;
  const message = `successful scan: found ${tagCount} tags with checksum ${revision}`;
  const before = findCondition(repo.status?.conditions, names.ready);
  const isNews = before?.status !== 'True' || before.message !== message;
  const note: EventNote = isNews
    ? { severity: 'info', reason: 'Succeeded', message }
    : { severity: 'trace', reason: 'Succeeded', message: quiet };
  return {
    kind: 'ready',
    reason: 'Succeeded',
    message,
    requeueAfter,
    status: {
      canonicalImageName: canonical(imageIn(repo.spec.image)),
      lastScanResult: { ...scanned },
      observedExclusionList: exclusionsOf(repo.spec.exclusionList),
    },
    events: [note],
  };
}
