import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openTagStore } from './tag-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-tags-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('tags are kept over a restart, by the repository and its image', () => {
  const tags = Array.from({ length: 50_000 }, (_, i) => `v1.0.${i}`);
  const store = openTagStore(folder);
  store.set('a/b', 'ghcr.io/app', ['old']);
  store.set('a/b', 'ghcr.io/app', tags);
  store.set('a/c', 'ghcr.io/app', []);
  store.close();
  const again = openTagStore(folder);
  expect(again.tags('a/b', 'ghcr.io/app')).toEqual(tags);
  expect(again.tags('a/b', 'ghcr.io/other')).toEqual([]);
  expect(again.tags('a/c', 'ghcr.io/app')).toEqual([]);
  again.remove('a/b');
  expect(again.tags('a/b', 'ghcr.io/app')).toEqual([]);
  again.close();
});
