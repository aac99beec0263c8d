import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readTar } from '@millrace/tar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestOf, layerOf, type Node } from './layer.ts';
import { writeLayout } from './layout.ts';

const file = (content: string, mode = 0o644): Node => ({ type: 'file', content: Buffer.from(content), mode });
const tree = new Map<string, Node>([
  ['usr/local/bin/a', file('A', 0o755)],
  ['tmp', { type: 'folder', mode: 0o1777 }],
  ['bin', { type: 'symlink', target: 'usr/bin' }],
]);
const reversed = new Map([...tree].reverse());

describe('a layer', () => {
  test('has every folder of its files, and all of it belongs to root', () => {
    const { bytes, digest, diffId } = layerOf('test', tree);
    const tar = gunzipSync(bytes);
    expect([digestOf(bytes), digestOf(tar)]).toEqual([digest, diffId]);
    expect(
      [...readTar(tar)].map(({ name, type, mode, link, mtime }) => [name, type, mode, link, mtime]),
    ).toEqual([
      ['bin', 'symlink', 0o777, 'usr/bin', 0],
      ['tmp/', 'folder', 0o1777, '', 0],
      ['usr/', 'folder', 0o755, '', 0],
      ['usr/local/', 'folder', 0o755, '', 0],
      ['usr/local/bin/', 'folder', 0o755, '', 0],
      ['usr/local/bin/a', 'file', 0o755, '', 0],
    ]);
  });

  test('is the same bytes for the same tree', () => {
    expect(layerOf('test', reversed).digest).toBe(layerOf('test', tree).digest);
  });
});

describe('a layout', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-layout-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const images = (['amd64', 'arm64'] as const).map(architecture => ({
    platform: { os: 'linux' as const, architecture },
    layers: [layerOf('test', tree)],
    config: { User: '65534:65534' },
  }));
  const write = (name: string) => writeLayout(join(folder, name), images, '1.0', '2026-01-01T00:00:00.000Z');

  test('is one index of the images, each blob under its digest, and the same for the same images', async () => {
    const [digest, again] = [await write('a'), await write('b')];
    expect(again).toBe(digest);
    const json = async (path: string) => JSON.parse(await readFile(join(folder, 'a', path), 'utf8'));
    const blob = async (digest: string) => {
      const bytes = await readFile(join(folder, 'a', 'blobs', ...digest.split(':')));
      expect(digestOf(bytes)).toBe(digest);
      return JSON.parse(bytes.toString('utf8'));
    };
    expect(await json('oci-layout')).toEqual({ imageLayoutVersion: '1.0.0' });
    const top = await json('index.json');
    expect(top.manifests).toMatchObject([
      { digest, annotations: { 'org.opencontainers.image.ref.name': '1.0' } },
    ]);
    const index = await blob(digest);
    expect(index.manifests.map((one: { platform: unknown }) => one.platform)).toEqual([
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64' },
    ]);
    const manifest = await blob(index.manifests[1].digest);
    const config = await blob(manifest.config.digest);
    expect(config).toMatchObject({ architecture: 'arm64', os: 'linux', config: { User: '65534:65534' } });
    expect(config.rootfs.diff_ids).toEqual([layerOf('test', tree).diffId]);
  });

  test('takes the place of the one before, whole', async () => {
    await write('a');
    await expect(readFile(join(folder, 'a.part', 'index.json'))).rejects.toThrow();
  });
});
