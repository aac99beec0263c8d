import { type ImageRepository, names, parseDuration } from '@millrace/api';
import { keyOf } from '@millrace/kube';
import type { TagStore } from '../tag-store.ts';
import { exclusionsOf } from './exclusion.ts';

/** Why an image is scanned now; or in how many milliseconds it is. */
export type Due = { reason: string } | { inMilliseconds: number };

/** @param image its canonical name */
export function dueOf(repo: ImageRepository, image: string, store: TagStore, now: number): Due {
  const { status, spec, metadata } = repo;
  const last = status?.lastScanResult;
  if (!last) return { reason: 'first scan' };
  const request = metadata.annotations?.[names.requestedAt];
  if (request !== undefined && request !== (status?.lastHandledReconcileAt ?? ''))
    return { reason: 'reconcile requested' };
  if (status?.canonicalImageName !== image) return { reason: 'new image name' };
  if (!sameContent(exclusionsOf(spec.exclusionList), status.observedExclusionList ?? []))
    return { reason: 'updated exclusion list' };
  if (store.tags(keyOf(metadata), image).length === 0) return { reason: 'no tags in database' };
  const left = parseDuration(spec.interval) - (now - Date.parse(last.scanTime ?? ''));
  return left < 1000 ? { reason: 'triggered by interval' } : { inMilliseconds: left };
}

function sameContent(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every(one => b.includes(one));
}
