import { gunzipSync } from 'node:zlib';
import { readTar } from '@millrace/tar';
import { describe, expect, test } from 'vitest';
import packed from './golden/packed.json' with { type: 'json' };
import { loadChartFolder, readChartArchive } from './load.ts';
import { packChart } from './pack.ts';

function chartOf(files: { [name: string]: string }) {
  return loadChartFolder(
    Object.entries(files).map(([name, text]) => ({ name, data: new TextEncoder().encode(text) })),
  );
}

const least = 'apiVersion: v2\nname: demo\nversion: 0.1.0\n';

interface Case {
  name: string;
  files: { [name: string]: string };
  version?: string;
  appVersion?: string;
  archive: string;
  entries: [name: string, content: string][];
}

describe('packing', () => {
  test.each(packed.cases as unknown as Case[])(
    '$name, as helm package does',
    ({ files, archive, entries, ...options }) => {
      const { name, bytes } = packChart(chartOf(files), options);
      expect(name).toBe(archive);
      const found = Array.from(readTar(gunzipSync(bytes)), entry => [
        entry.name,
        Buffer.from(entry.content).toString(),
      ]);
      // Helm has subcharts in no order.
      expect(found.sort()).toEqual(entries.sort());
    },
  );

  test('what is packed is loaded, and packs to the same bytes again', () => {
    const files = {
      'Chart.yaml': least,
      'values.yaml': 'a: 1 # one\n',
      'templates/a.yaml': 'x',
      'charts/s/Chart.yaml': least.replace('demo', 's'),
    };
    const { bytes } = packChart(chartOf(files));
    const again = packChart(readChartArchive(bytes));
    expect(Buffer.from(again.bytes).equals(bytes)).toBe(true);
  });

  test.each([
    ['a version that is none', { 'Chart.yaml': least }, { version: 'x' }, '"x": invalid semantic version'],
    [
      'a schema that is no JSON',
      { 'Chart.yaml': least, 'values.schema.json': '{' },
      {},
      'invalid JSON in values.schema.json',
    ],
  ])('%s is refused', (_, files, options, problem) => {
    expect(() => packChart(chartOf(files), options)).toThrow(problem);
  });
});
