import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { defaultLimits } from '@millrace/artifact';
import { type NewEntry, readTar, writeTar } from '@millrace/tar';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeLayer } from './layer.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layer-'));
});
afterEach(() => rm(folder, { recursive: true }));

const signal = new AbortController().signal;
const text = (name: string, content = name): NewEntry => ({ name, content: Buffer.from(content) });

async function filesOf(bytes: Uint8Array, ignore?: string, limits = defaultLimits): Promise<string[]> {
  const [layer, file] = [join(folder, 'layer'), join(folder, 'artifact')];
  await writeFile(layer, bytes);
  await writeLayer(layer, ignore, file, signal, limits);
  return [...readTar(gunzipSync(await readFile(file)))].map(({ name }) => name);
}

describe('an artifact of a layer', () => {
  test('holds its files, without what the rules leave out', async () => {
    const layer = gzipSync(writeTar([text('./b/a.yaml'), text('a.md'), text('.sourceignore', '*.md')]));
    expect(await filesOf(layer, 'never')).toEqual(['.', '.sourceignore', 'b', 'b/a.yaml']);
  });

  test.each(['../a', '/a', 'a/../../b'])('with a file at %s is refused', async name => {
    await expect(filesOf(gzipSync(writeTar([text(name)])))).rejects.toThrow('invalid name');
  });

  test('that is not compressed is refused', async () => {
    await expect(filesOf(writeTar([text('a')]))).rejects.toThrow('requires gzip-compressed body');
  });

  test('that unpacks to more than its limit is refused', async () => {
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    await expect(filesOf(bomb, undefined, { ...defaultLimits, total: 1000 })).rejects.toThrow(
      'unpacks to more than 1000 bytes',
    );
  });
});
