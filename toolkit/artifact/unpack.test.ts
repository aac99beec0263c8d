import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { ArtifactError, digestOf, packArchive, unpackArchive } from './index.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (content: Uint8Array | undefined) => content && new TextDecoder().decode(content);

/** An archive as somebody with other intentions would make it. */
async function craft(
  entries: {
    name: string;
    type?: 'file' | 'symlink' | 'link' | 'fifo';
    linkname?: string;
    content?: string;
  }[],
) {
  const tar = pack();
  for (const { content = '', ...header } of entries)
    header.type && header.type !== 'file'
      ? tar.entry(header)
      : tar.entry({ ...header, type: 'file' }, content);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

describe('archives', () => {
  test('what is packed is unpacked, whatever the names and contents', async () => {
    const name = fc.stringMatching(/^[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,40}$/);
    const path = fc.array(name, { minLength: 1, maxLength: 5 }).map(parts => parts.join('/'));
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(path, fc.uint8Array({ maxLength: 2000 }), { maxKeys: 8 }),
        async files => {
          const archive = await packArchive(
            Object.entries(files).map(([p, content]) => ({ path: p, content })),
          );
          const back = await unpackArchive(archive);
          expect(Object.keys(back).sort()).toEqual(Object.keys(files).sort());
          for (const [p, content] of Object.entries(files))
            expect(Buffer.from(back[p]!)).toEqual(Buffer.from(content));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('the same files give the same bytes, in any order', async () => {
    const files = [
      { path: 'b', content: bytes('b') },
      { path: 'a/c', content: bytes('c') },
    ];
    expect(digestOf(await packArchive(files))).toBe(digestOf(await packArchive(files.toReversed())));
  });

  test.each(['../escape', 'a/../../escape', '/etc/passwd', 'a\\..\\b', '..'])(
    'the entry %s is refused',
    async name => {
      await expect(unpackArchive(await craft([{ name, content: 'x' }]))).rejects.toThrow(
        /climbs out of its folder/,
      );
    },
  );

  test.each([
    ['up', '../../outside'],
    ['rooted', '/etc/passwd'],
  ])('a link %s and out is refused', async (name, linkname) => {
    await expect(
      unpackArchive(await craft([{ name: `a/${name}`, type: 'symlink', linkname }])),
    ).rejects.toThrow(/points out of the archive/);
  });

  test('a link inside is what it points at; one to itself or to nothing is left out', async () => {
    const files = await unpackArchive(
      await craft([
        { name: 'base/a.yaml', content: 'a' },
        { name: 'file.yaml', type: 'symlink', linkname: 'base/a.yaml' },
        { name: 'folder', type: 'symlink', linkname: './base' },
        { name: 'loop', type: 'symlink', linkname: 'loop' },
        { name: 'nothing', type: 'symlink', linkname: 'missing' },
      ]),
    );
    expect(Object.keys(files).sort()).toEqual(['base/a.yaml', 'file.yaml', 'folder/a.yaml']);
    expect(text(files['folder/a.yaml'])).toBe('a');
  });

  test('what is neither file, folder nor link is refused', async () => {
    await expect(unpackArchive(await craft([{ name: 'pipe', type: 'fifo' }]))).rejects.toThrow(/is a fifo/);
  });

  test('a bomb is stopped by its size, and by its count', async () => {
    const limits = { compressed: 1e6, total: 1000, entries: 3 };
    const large = await packArchive([{ path: 'zeros', content: new Uint8Array(100_000) }]);
    await expect(unpackArchive(large, limits)).rejects.toThrow(/more than 1000 bytes/);
    const many = await packArchive(
      Array.from({ length: 5 }, (_, i) => ({ path: `f${i}`, content: bytes('x') })),
    );
    await expect(unpackArchive(many, limits)).rejects.toThrow(/more than 3 entries/);
  });

  test('what is no archive is an error that says so', async () => {
    await expect(unpackArchive(bytes('not gzip'))).rejects.toThrow(ArtifactError);
    await expect(unpackArchive(gzipSync('not a tar'.repeat(100)))).rejects.toThrow(ArtifactError);
    const whole = await packArchive([{ path: 'a', content: new Uint8Array(5000).fill(7) }]);
    await expect(unpackArchive(whole.subarray(0, whole.length - 20))).rejects.toThrow(ArtifactError);
  });

  test('names that JavaScript knows are names like any other', async () => {
    const files = await unpackArchive(
      await craft([
        { name: '__proto__', content: 'x' },
        { name: 'constructor', content: 'y' },
      ]),
    );
    expect(Object.keys(files).sort()).toEqual(['__proto__', 'constructor']);
  });
});
