import { gunzipSync, gzipSync } from 'node:zlib';
import { writeTar } from '@millrace/tar';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChartError } from './chart-error.ts';
import { readChartArchive } from './load.ts';

const text = (content: string) => new TextEncoder().encode(content);
const chartYaml = 'apiVersion: v2\nname: demo\nversion: 0.1.0\n';

function archiveOf(files: { [name: string]: string | Uint8Array }): Uint8Array {
  return gzipSync(
    writeTar(
      Object.entries(files).map(([name, content]) => ({
        name,
        content: typeof content === 'string' ? text(content) : content,
      })),
    ),
  );
}

const inner = archiveOf({ 'sub/Chart.yaml': chartYaml.replace('demo', 'sub'), 'sub/values.yaml': 'a: 1\n' });
const whole = archiveOf({
  'demo/Chart.yaml': `${chartYaml}dependencies:\n- name: sub\n  version: '*'\n`,
  'demo/Chart.lock': 'digest: x\ngenerated: "2020-01-01T00:00:00Z"\n',
  'demo/values.yaml': 'a: {b: [1, 2]}\n---\nc: &x {d: 1}\ne: *x\n',
  'demo/templates/a.yaml': 'x',
  'demo/charts/sub-0.1.0.tgz': inner,
});

function loadsOrSaysWhy(bytes: Uint8Array): void {
  try {
    readChartArchive(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(ChartError);
    expect((error as Error).message).not.toBe('');
  }
}

const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
  minLength: 1,
  maxLength: 6,
});

function changed(bytes: Uint8Array, at: [number, number][]): Uint8Array {
  const copy = new Uint8Array(bytes);
  for (const [place, byte] of at) copy[place % copy.length] = byte;
  return copy;
}

describe('archives of charts, whatever happened to them', () => {
  test('the good one is loaded', () => {
    expect(readChartArchive(whole).dependencies[0]!.values).toEqual({ a: 1 });
  });

  test('changed bytes give a chart or a ChartError', () => {
    fc.assert(fc.property(changes, at => loadsOrSaysWhy(changed(whole, at))));
  });

  test('changed bytes of the tar give a chart or a ChartError', () => {
    const tar = gunzipSync(whole);
    fc.assert(fc.property(changes, at => loadsOrSaysWhy(gzipSync(changed(tar, at), { level: 1 }))));
  });

  test('a cut archive gives a ChartError', () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 20), end => {
        expect(() => readChartArchive(whole.subarray(0, end))).toThrow(ChartError);
      }),
    );
  });

  test.each([
    ['bytes', { total: 100 }, 'decompressed chart is larger than the maximum size 100'],
    ['entries', { entries: 3 }, 'holds more than 3 entries'],
    ['bytes of all archives', { nested: 200 }, 'charts in charts unpack to more than 200 bytes'],
    ['charts in charts', { depth: 0 }, 'charts are nested more than 0 levels deep'],
  ])('the number of %s is limited', (_, limits, problem) => {
    expect(() => readChartArchive(whole, { limits })).toThrow(problem);
  });

  test('a bomb is stopped before it is unpacked', () => {
    const bomb = gzipSync(Buffer.alloc(8 * 2 ** 20));
    expect(() => readChartArchive(bomb, { limits: { total: 2 ** 20, entries: 10 } })).toThrow(
      'decompressed chart is larger than the maximum size 1048576',
    );
  });

  test('what says that it is of another version, or nothing, is refused', () => {
    const load = (chart: string) => readChartArchive(archiveOf({ 'demo/Chart.yaml': chart }));
    expect(() => load(chartYaml.replace('v2', 'v3'))).toThrow('unsupported chart version');
    expect(() => readChartArchive(archiveOf({ 'demo/x': 'x' }))).toThrow(
      'unable to detect chart version, no Chart.yaml found',
    );
    expect(() => readChartArchive(text('hello'))).toThrow(
      'stream does not appear to be a valid chart file (details: gzip: invalid header)',
    );
  });
});
