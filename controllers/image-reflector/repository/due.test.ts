import type { ImageRepository } from '@millrace/api';
import { describe, expect, test } from 'vitest';
import type { TagStore } from '../tag-store.ts';
import { dueOf } from './due.ts';

const now = Date.parse('2026-01-01T01:00:00Z');
const image = 'ghcr.io/org/app';

const repository = (more: {
  annotations?: Record<string, string>;
  exclusionList?: string[];
  status?: ImageRepository['status'];
}): ImageRepository => ({
  apiVersion: 'image.toolkit.fluxcd.io/v1',
  kind: 'ImageRepository',
  metadata: { namespace: 'a', name: 'b', ...(more.annotations ? { annotations: more.annotations } : {}) },
  spec: { image, interval: '10m', ...(more.exclusionList ? { exclusionList: more.exclusionList } : {}) },
  status: {
    canonicalImageName: image,
    observedExclusionList: ['^.*\\.sig$'],
    lastScanResult: { tagCount: 1, revision: '1', scanTime: '2026-01-01T00:55:00Z' },
    ...more.status,
  },
});

const storeOf = (tags: string[]): TagStore => ({ tags: () => tags, set() {}, remove() {}, close() {} });
const due = (repo: ImageRepository, tags = ['v1']) => dueOf(repo, image, storeOf(tags), now);

describe('an image is scanned', () => {
  test.each<[string, ImageRepository, string[]?]>([
    ['reconcile requested', repository({ annotations: { 'reconcile.fluxcd.io/requestedAt': 'x' } })],
    ['new image name', repository({ status: { canonicalImageName: 'other' } })],
    ['updated exclusion list', repository({ exclusionList: ['x'] })],
    ['no tags in database', repository({}), []],
    [
      'triggered by interval',
      repository({ status: { lastScanResult: { tagCount: 1, scanTime: '2026-01-01T00:50:00Z' } } }),
    ],
  ])('because of: %s', (reason, repo, tags) => {
    expect(due(repo, tags)).toEqual({ reason });
  });

  test('first', () => {
    const { status: _, ...never } = repository({});
    expect(due(never as ImageRepository)).toEqual({ reason: 'first scan' });
  });

  test('when the interval is over, and not before', () => {
    expect(due(repository({}))).toEqual({ inMilliseconds: 300_000 });
    const asked = { 'reconcile.fluxcd.io/requestedAt': 'x' };
    expect(due(repository({ annotations: asked, status: { lastHandledReconcileAt: 'x' } }))).toEqual({
      inMilliseconds: 300_000,
    });
  });
});
