import type { Content } from './file-content.ts';

const modulus = 65_521;

/** As many bytes as can be added up before the sums have to be cut (zlib's NMAX). */
const most = 5552;

/** RFC 1950, 9. */
export function adler32(chunks: Iterable<Uint8Array>): number {
  let [a, b] = [1, 0];
  for (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += most) {
      const end = Math.min(chunk.length, at + most);
      for (let i = at; i < end; i++) {
        a += chunk[i]!;
        b += a;
      }
      a %= modulus;
      b %= modulus;
    }
  return ((b << 16) | a) >>> 0;
}

/**
 * By what the archive of a content is named: the Adler-32 of a line each for its files, with that of their bytes and
 * their names below the artifact's (source-watcher, internal/builder; golang.org/x/mod/sumdb/dirhash).
 */
export function contentHash(files: ReadonlyMap<string, Content>, name: string): string {
  const lines = [...files].map(([path, content]) => ({ path: Buffer.from(`${name}/${path}`), content }));
  lines.sort((a, b) => Buffer.compare(a.path, b.path));
  const texts = function* () {
    for (const { path, content } of lines) {
      content.checksum ??= adler32(content.chunks());
      yield Buffer.concat([Buffer.from(`${content.checksum.toString(16)}  `), path, Buffer.from('\n')]);
    }
  };
  return String(adler32(texts()));
}
