import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { ArtifactError, artifactTree, defaultLimits, digestOf, packArchive, unpackTree } from './index.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (content: Uint8Array | undefined) => content && new TextDecoder().decode(content);

/** Every file of an archive by its path, each link as what it points at. */
async function unpackAll(archive: Uint8Array, limits = defaultLimits) {
  const tree = artifactTree(await unpackTree(archive, limits));
  const files: Record<string, Uint8Array> = Object.create(null);
  const walk = (folder: string) => {
    for (const { name } of tree.list(folder) ?? []) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const content = tree.read(path);
      if (content) files[path] = content;
      else walk(path);
    }
  };
  walk('');
  return files;
}

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
          const back = await unpackAll(archive);
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
      await expect(unpackAll(await craft([{ name, content: 'x' }]))).rejects.toThrow(
        /climbs out of its folder/,
      );
    },
  );

  test.each([
    ['up', '../../outside'],
    ['rooted', '/etc/passwd'],
  ])('a link %s and out is refused', async (name, linkname) => {
    await expect(unpackAll(await craft([{ name: `a/${name}`, type: 'symlink', linkname }]))).rejects.toThrow(
      /points out of the archive/,
    );
  });

  test('a link inside is what it points at; one to itself or to nothing is left out', async () => {
    const files = await unpackAll(
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
    await expect(unpackAll(await craft([{ name: 'pipe', type: 'fifo' }]))).rejects.toThrow(
      /is a device or pipe/,
    );
  });

  test('a bomb is stopped by its size, and by its count', async () => {
    const limits = { ...defaultLimits, total: 10_000, entries: 3 };
    const large = await packArchive([{ path: 'zeros', content: new Uint8Array(100_000) }]);
    await expect(unpackAll(large, limits)).rejects.toThrow(/more than 10000 bytes/);
    const many = await packArchive(
      Array.from({ length: 5 }, (_, i) => ({ path: `f${i}`, content: bytes('x') })),
    );
    await expect(unpackAll(many, limits)).rejects.toThrow(/more than 3 files and folders/);
  });

  test('what is no archive is an error that says so', async () => {
    await expect(unpackAll(bytes('not gzip'))).rejects.toThrow(ArtifactError);
    await expect(unpackAll(gzipSync('not a tar'.repeat(100)))).rejects.toThrow(ArtifactError);
    const whole = await packArchive([{ path: 'a', content: new Uint8Array(5000).fill(7) }]);
    await expect(unpackAll(whole.subarray(0, whole.length - 20))).rejects.toThrow(ArtifactError);
  });

  test('names that JavaScript knows are names like any other', async () => {
    const files = await unpackAll(
      await craft([
        { name: '__proto__', content: 'x' },
        { name: 'constructor', content: 'y' },
      ]),
    );
    expect(Object.keys(files).sort()).toEqual(['__proto__', 'constructor']);
  });

  test('folders are listed as they are, and links are followed but are no folders', async () => {
    const archive = await craft([
      { name: 'b/c/d.yaml', content: 'd' },
      { name: 'b/c-.yaml', content: '-' },
      { name: 'b/c.yaml', content: '.' },
      { name: 'b/ü.yaml', content: 'ü' },
      { name: 'b/link', type: 'symlink', linkname: '../b/c' },
      { name: 'hard', type: 'link', linkname: 'b/c/d.yaml' },
      { name: 'away/link', type: 'symlink', linkname: '../b/link/../c.yaml' },
    ]);
    const tree = artifactTree(await unpackTree(archive));
    expect(tree.list('')).toEqual([
      { name: 'away', directory: true },
      { name: 'b', directory: true },
      { name: 'hard', directory: false },
    ]);
    expect(tree.list('b')?.map(({ name, directory }) => `${name} ${directory}`)).toEqual([
      'c-.yaml false',
      'c.yaml false',
      'c true',
      'link false',
      'ü.yaml false',
    ]);
    expect(tree.list('b/link')).toEqual([{ name: 'd.yaml', directory: false }]);
    expect(tree.resolve('b/link/d.yaml')).toBe('b/c/d.yaml');
    expect(
      ['b/link/d.yaml', 'hard', 'away/link', './b//c/../c.yaml'].map(path => text(tree.read(path))),
    ).toEqual(['d', 'd', '.', '.']);
    for (const path of ['c', 'b/c', 'b/c/d.yaml/x', '../b', 'b/link/../../../x', '']) {
      expect(tree.read(path)).toBeUndefined();
    }
    expect(tree.list('b/c.yaml')).toBeUndefined();
    expect(tree.list('nothing')).toBeUndefined();
  });

  test('a tree is what its files are, whatever their names', async () => {
    const name = fc
      .stringMatching(/^[a-c.\-0/]{1,3}[a-zé0]$/)
      .filter(part => !part.includes('/') && part !== '..');
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map(parts => parts.join('/'));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(path, { maxLength: 12 }), async paths => {
        const isPlain = paths.every(one => !paths.some(other => other.startsWith(`${one}/`)));
        fc.pre(isPlain);
        const archive = await packArchive(paths.map(one => ({ path: one, content: bytes(one) })));
        const tree = artifactTree(await unpackTree(archive));
        const folders = new Set([
          '',
          ...paths.flatMap(one => one.split('/').map((_, i, all) => all.slice(0, i).join('/'))),
        ]);
        for (const folder of folders) {
          const prefix = folder === '' ? '' : `${folder}/`;
          const inside = paths
            .filter(one => one.startsWith(prefix))
            .map(one => one.slice(prefix.length).split('/'));
          const expected = new Map(inside.map(([first, ...rest]) => [first, rest.length > 0]));
          const listed = tree.list(folder)?.map(entry => [entry.name, entry.directory] as const);
          expect(new Map(listed)).toEqual(expected);
          expect(listed).toHaveLength(expected.size);
        }
        for (const one of paths) expect(text(tree.read(one))).toBe(one);
      }),
      { numRuns: 60 },
    );
  });

  /** The same of so many entries. */
  const many = (count: number, make: (i: number) => Parameters<typeof craft>[0][number]) => {
    const blocks = Array.from({ length: count }, (_, i) => {
      const { name, type = 'file', linkname = '', content = '' } = make(i);
      const flag = { file: '0', link: '1', symlink: '2', fifo: '6' }[type];
      return rawEntry(name, flag, linkname, Buffer.from(content));
    });
    return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
  };

  test.each([
    [
      'a chain of 60,000 links',
      () => many(60_000, i => ({ name: `l${i}`, type: 'symlink', linkname: `l${i + 1}` })),
    ],
    ['a link to its own folder', () => many(1, () => ({ name: 'a/loop', type: 'symlink', linkname: '.' }))],
    ['one name a thousand times', () => many(1000, () => ({ name: 'a', content: 'x'.repeat(10_000) }))],
    [
      '20,000 links to a folder of 20,000 files',
      () =>
        many(40_000, i =>
          i < 20_000 ? { name: `d/f${i}`, content: '' } : { name: `l${i}`, type: 'symlink', linkname: 'd' },
        ),
    ],
  ])('%s costs what it holds', async (_, make) => {
    const tree = artifactTree(await unpackTree(make()));
    expect(tree.list('')!.length).toBeGreaterThan(0);
    for (const { name } of tree.list('')!.slice(0, 1000)) tree.read(name);
    expect(tree.resolve('l0')).toBeUndefined();
  });

  test('a loop is followed so often and no more', async () => {
    const tree = artifactTree(
      await unpackTree(many(1, () => ({ name: 'a/loop', type: 'symlink', linkname: '.' }))),
    );
    expect(tree.resolve(`a${'/loop'.repeat(40)}`)).toBe('a');
    expect(tree.resolve(`a${'/loop'.repeat(41)}`)).toBeUndefined();
  });

  test.each([
    ['deep', 'a/'.repeat(1000), /is more than 256 folders deep/],
    ['long', 'a'.repeat(5000), /has a path of more than 4096 bytes/],
    ['deeper than any', 'a/'.repeat(100_000), /has a path of more than 4096 bytes/],
  ])('a path that is too %s is refused', async (_, path, words) => {
    await expect(unpackTree(await craft([{ name: `${path}x`, content: 'x' }]))).rejects.toThrow(words);
  });

  test('folders count, also those that nobody wrote', async () => {
    const archive = await craft(
      Array.from({ length: 100 }, (_, i) => ({ name: `${i}/${'x/'.repeat(200)}f`, content: 'x' })),
    );
    await expect(unpackTree(archive, { ...defaultLimits, entries: 10_000 })).rejects.toThrow(
      /more than 10000 files/,
    );
  });

  test('a file that is a folder as well is refused', async () => {
    const archive = await craft([
      { name: 'a', content: 'x' },
      { name: 'a/b', content: 'x' },
    ]);
    await expect(unpackTree(archive)).rejects.toThrow(/has "a" as a file and as a folder/);
  });

  test('zeros without an end are stopped by their size', async () => {
    const half = gzipSync(Buffer.alloc(64 * 2 ** 20));
    await expect(unpackTree(half, { ...defaultLimits, total: 16 * 2 ** 20 })).rejects.toThrow(
      /more than 16777216/,
    );
    const empty = artifactTree(await unpackTree(gzipSync(Buffer.alloc(2 ** 20))));
    expect(empty.list('')).toEqual([]);
  });

  test('headers without an end are refused', async () => {
    const record = (key: string) => {
      const body = ` ${key}=v\n`;
      return Buffer.from(`${body.length + 2}${body}`);
    };
    const headers = Array.from({ length: 30_000 }, (_, i) =>
      rawEntry('pax', 'x', '', record(`k${10_000 + i}`)),
    );
    const tar = Buffer.concat([...headers, Buffer.alloc(1024)]);
    await expect(unpackTree(gzipSync(tar))).rejects.toThrow(/more than 100 extensions/);
  });
});

/** An entry as it lies in an archive; its name is short. */
function rawEntry(name: string, flag: string, link: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644', 100);
  header.write(content.length.toString(8).padStart(11, '0'), 124);
  header.write(flag, 156);
  header.write(link, 157);
  header.write('ustar\x0000', 257);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}
