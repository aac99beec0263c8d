import { gzipSync } from 'node:zlib';
import { artifactTree, packArchive, unpackTree } from '@millrace/artifact';
import { loadChart, packChart } from '@millrace/helm';
import { type NewEntry, writeTar } from '@millrace/tar';
import { describe, expect, test } from 'vitest';
import { loadPlace, localDependency, metadataIn, metadataOf, placeOf } from './local-chart.ts';

const limits = { index: 1000, chart: 10_000, chartFile: 1000 };
const head = (name: string, version = '1.0.0') => `apiVersion: v2\nname: ${name}\nversion: ${version}\n`;

async function treeOf(files: Record<string, string | Uint8Array>) {
  const entries = Object.entries(files).map(([path, content]) => ({
    path,
    content: Buffer.from(content),
    executable: false,
  }));
  return artifactTree(await unpackTree(await packArchive(entries)));
}

const packed = packChart(loadChart([{ name: 'Chart.yaml', data: Buffer.from(head('packed')) }])).bytes;
const files = {
  'charts/a/Chart.yaml': head('a'),
  'charts/a/values.yaml': 'x: 1\n',
  'charts/a/.helmignore': 'big.bin\nsecret/\n',
  'charts/a/big.bin': 'x'.repeat(2000),
  'charts/a/secret/key': 'k',
  'charts/a/templates/t.yaml': 'a: b\n',
  'charts/b/Chart.yaml': head('b', '2.0.0'),
  'charts/large/Chart.yaml': head('large'),
  'charts/large/file': 'x'.repeat(2000),
  'packed.tgz': packed,
};

describe('a chart in an artifact', () => {
  test.each(['charts/a', './charts/a/', 'charts/../charts/a', '../charts/a'])('lies at %j', async path => {
    const tree = await treeOf(files);
    const place = placeOf(tree, path, limits);
    expect(place).toEqual({ kind: 'folder', path: expect.stringMatching(/^charts\/a\/?$/) });
    expect(metadataOf(tree, place, limits).name).toBe('a');
  });

  test('has the files that its .helmignore leaves in', async () => {
    const tree = await treeOf(files);
    const chart = loadPlace(tree, placeOf(tree, 'charts/a', limits), limits);
    expect(chart.raw.map(({ name }) => name)).toEqual([
      '.helmignore',
      'Chart.yaml',
      'templates/t.yaml',
      'values.yaml',
    ]);
  });

  test('may be packed', async () => {
    const tree = await treeOf(files);
    const place = placeOf(tree, 'packed.tgz', limits);
    expect(place.kind).toBe('archive');
    expect(loadPlace(tree, place, limits).metadata.name).toBe('packed');
  });

  test.each([
    ['no', "no chart found at '/no' of the artifact"],
    ['charts', "no 'Chart.yaml' found"],
  ])('is not at %j', async (path, problem) => {
    const tree = await treeOf(files);
    expect(() => metadataOf(tree, placeOf(tree, path, limits), limits)).toThrow(problem);
  });

  test('has no file beyond the limit', async () => {
    const tree = await treeOf(files);
    const place = placeOf(tree, 'charts/large', limits);
    expect(() => loadPlace(tree, place, limits)).toThrow("size of 'file' exceeds '1000' bytes limit");
  });

  test.each([
    ['beside it', { name: 'b', repository: 'file://../b', version: '2.x' }, 'b'],
    ['from the root on', { name: 'b', repository: 'file://../../../../charts/b', version: '*' }, 'b'],
  ])('has a dependency %s', async (_, dependency, name) => {
    expect(localDependency(await treeOf(files), 'charts/a', dependency, limits).metadata.name).toBe(name);
  });

  test.each([
    [
      'is not there',
      { name: 'c', repository: 'file://../c', version: '*' },
      "no chart found at '/charts/c' (reference 'file://../c')",
    ],
    [
      'is of another version',
      { name: 'b', repository: 'file://../b', version: '1.x' },
      "can't get a valid version for constraint '1.x'",
    ],
    [
      'has no repository, and is not in charts/',
      { name: 'b', repository: '', version: '*' },
      "no chart found at '/charts/a/charts/b'",
    ],
    ['has no range', { name: 'b', repository: 'file://../b', version: 'a b' }, 'improper constraint'],
  ])('is refused with a dependency that %s', async (_, dependency, problem) => {
    const tree = await treeOf(files);
    expect(() => localDependency(tree, 'charts/a', dependency, limits)).toThrow(problem);
  });
});

describe('an archive that somebody else made', () => {
  const archive = (...entries: NewEntry[]) => gzipSync(writeTar(entries));
  const content = Buffer.from(head('a'));
  test.each([
    ['climbs out', archive({ name: 'a/../../x', content })],
    ['has no folder', archive({ name: 'Chart.yaml', content })],
    ['has no Chart.yaml', archive({ name: 'a/values.yaml', content })],
    ['has a chart without a version', archive({ name: 'a/Chart.yaml', content: Buffer.from('name: a\n') })],
    ['is none', Buffer.from('text')],
    ['is too large', Buffer.alloc(20_000)],
    [
      'has a Chart.yaml that is too large',
      archive({ name: 'a/Chart.yaml', content: Buffer.alloc(2000, '#') }),
    ],
  ])('is refused when it %s', (_, bytes) => {
    expect(() => metadataIn(bytes, limits)).toThrow();
  });

  test('is refused when it unpacks to too much', () => {
    const bomb = archive(
      { name: 'a/Chart.yaml', content },
      { name: 'a/zeros', content: Buffer.alloc(150 * 2 ** 20) },
    );
    expect(() => metadataIn(bomb, { ...limits, chart: bomb.length })).toThrow('larger than the maximum size');
  });
});
