import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadChart, packChart, readChartArchive } from '@millrace/helm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { archiveIn, indexOfFolder } from './local-folder.ts';

const limits = { index: 1000, chart: 10_000, chartFile: 1000 };
const head = (name: string, more = '') => `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n${more}`;

describe('a folder that stands for a repository', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-charts-'));
    mkdirSync(join(folder, 'a'));
    writeFileSync(join(folder, 'a', 'Chart.yaml'), head('a'));
    symlinkSync('/etc/passwd', join(folder, 'a', 'link'));
    mkdirSync(join(folder, 'other'));
    const packed = packChart(loadChart([{ name: 'Chart.yaml', data: Buffer.from(head('b')) }]));
    writeFileSync(join(folder, packed.name), packed.bytes);
    mkdirSync(join(folder, 'incomplete', 'c'), { recursive: true });
    writeFileSync(
      join(folder, 'incomplete', 'c', 'Chart.yaml'),
      head('c', "dependencies: [{name: d, version: '*', repository: 'https://d'}]\n"),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const chartsIn = (place: string) =>
    Object.entries((JSON.parse(indexOfFolder(place, limits)) as { entries: object }).entries).map(
      ([name, [{ urls }]]) => [name, urls],
    );

  test('has charts in folders and packed ones', () => {
    expect(chartsIn(folder)).toEqual([
      ['a', ['a']],
      ['b', ['b-1.0.0.tgz']],
    ]);
    expect(chartsIn(join(folder, 'a'))).toEqual([['a', ['.']]]);
  });

  test('is the same index as long as the charts are the same', () => {
    expect(indexOfFolder(folder, limits)).toBe(indexOfFolder(folder, limits));
  });

  test('has charts without what their links lead to', () => {
    const chart = readChartArchive(archiveIn(folder, 'a', limits));
    expect(chart.raw.map(({ name }) => name)).toEqual(['Chart.yaml']);
  });

  test('says which chart lacks a dependency', () => {
    expect(() => indexOfFolder(join(folder, 'incomplete'), limits)).toThrow(
      `${join(folder, 'incomplete', 'c')}: found in Chart.yaml, but missing in charts/ directory: d`,
    );
  });

  test.each(['../other', 'a/Chart.yaml', '..', '/etc/passwd'])('has no chart called %j', name => {
    expect(() => archiveIn(folder, name, limits)).toThrow();
  });
});
