import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { defaultLimits, type Written } from '@millrace/artifact';
import { type NewEntry, readTar, writeTar } from '@millrace/tar';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import golden from './golden/layers.json' with { type: 'json' };
import { writeLayer } from './layer.ts';
import { type LayerCase, layerCases, layerOf } from './layer-cases.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layer-'));
});
afterEach(() => rm(folder, { recursive: true }));

const signal = new AbortController().signal;
const text = (name: string, content = name): NewEntry => ({ name, content: Buffer.from(content) });
const artifact = () => join(folder, 'artifact');

async function write(bytes: Uint8Array, ignore?: string, limits = defaultLimits): Promise<Written> {
  const layer = join(folder, 'layer');
  await writeFile(layer, bytes);
  return writeLayer(layer, ignore, artifact(), signal, limits);
}

const digests: Record<string, string> = golden;

describe('an artifact of a layer', () => {
  test.each(layerCases.map(one => [one.name, one] as const))(
    '%s has the digest that Flux gives it',
    async (name, one) => {
      const { digest } = await write(await layerOf(one), one.ignore);
      expect(digest).toBe(digests[name]);
    },
  );

  test('leaves nothing beside it', async () => {
    await write(gzipSync(writeTar([text('a')])));
    expect(await readdir(folder)).toEqual(['artifact', 'layer']);
    expect([...readTar(gunzipSync(await readFile(artifact())))].map(({ name }) => name)).toEqual(['.', 'a']);
  });

  test.each(['../a', '/a', 'a/../../b', 'a../b', 'a/..', 'a\\b', ''])(
    'with a file at %j is refused',
    async name => {
      await expect(write(gzipSync(writeTar([text(name)])))).rejects.toThrow('invalid name');
    },
  );

  const odd: [string, LayerCase['entries'], string][] = [
    ['a device', [{ name: 'a', type: 'block-device' }], 'is a device or pipe'],
    ['a terminal', [{ name: 'a', type: 'character-device' }], 'is a device or pipe'],
    ['a pipe', [{ name: 'a', type: 'fifo' }], 'is a device or pipe'],
    ['a link that leaves', [{ name: '../a', type: 'symlink', linkname: '/' }], 'invalid name'],
    ['a file that is a folder', [{ name: 'a' }, { name: 'a/b' }], 'as a file and as a folder'],
    ['a folder that is a file', [{ name: 'a/b' }, { name: 'a' }], 'as a file and as a folder'],
    ['an entry that is both', [{ name: 'a', type: 'directory' }, { name: 'a' }], 'as a file and as a folder'],
  ];
  test.each(odd)('with %s is refused', async (name, entries, problem) => {
    await expect(write(await layerOf({ name, entries }))).rejects.toThrow(problem);
  });

  test.each([
    ['not compressed', writeTar([text('a')])],
    ['cut', gzipSync(writeTar([text('a', 'b'.repeat(5000))])).subarray(0, 60)],
  ])('that is %s is refused', async (_, layer) => {
    await expect(write(layer)).rejects.toThrow('requires gzip-compressed body');
  });

  test('that unpacks to more than its limit is refused', async () => {
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    await expect(write(bomb, undefined, { ...defaultLimits, total: 1000 })).rejects.toThrow(
      'unpacks to more than 1000 bytes',
    );
    expect(await readdir(folder)).toEqual(['layer']);
  });

  test('with more entries than its limit is refused', async () => {
    const layer = gzipSync(writeTar(Array.from({ length: 20 }, (_, i) => text(`${i}/a`))));
    await expect(write(layer, undefined, { ...defaultLimits, entries: 30 })).rejects.toThrow(
      'more than 30 files and folders',
    );
  });
});
