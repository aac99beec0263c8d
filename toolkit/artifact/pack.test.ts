import { expect, test } from 'vitest';
import { digestOf, packArchive } from './index.ts';

const text = (lines: number) =>
  Array.from({ length: lines }, (_, i) => `line ${i}: ${(i * 7919) % 1009}\n`).join('');

/** Names that sort differently as paths and as a walk, that ustar splits or cannot hold; sizes around those of writes. */
const files: Record<string, string> = {
  'a/b.yaml': 'b: 1\n',
  'a.yaml': 'a: 1\n',
  'a-b/c.yaml': '',
  'run.sh': '#!/bin/sh\n',
  [`${'deep'.repeat(20)}/${'deep'.repeat(20)}/file.yaml`]: 'x',
  [`${'n'.repeat(140)}.yaml`]: 'a name that no ustar header holds',
  'ümläut/ﬀ.yaml': 'ﬀ comes before 😀 by its bytes',
  'ümläut/😀.yaml': 'and behind it in UTF-16',
  'large.txt': text(60_000),
  'write.txt': text(3000).slice(0, 32_768),
  'odd.txt': text(9000).slice(0, 65_535),
  'z/last.yaml': 'z',
};

// Made by fluxcd/pkg/artifact v0.18.0 (storage.Archive), Go 1.26.8, of a folder with these files.
const fromFlux = 'sha256:324317e42e8aed5cf5e715ea706ee9378ab8e8aa78fb366935405d7a17e9316b';

test('the same content has the digest that it has from Flux', async () => {
  const entries = Object.entries(files).map(([path, content]) => ({
    path,
    content: new TextEncoder().encode(content),
    executable: path === 'run.sh',
  }));
  expect(digestOf(await packArchive(entries))).toBe(fromFlux);
});
