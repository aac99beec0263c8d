import { gunzipSync } from 'node:zlib';
import { readTar } from '@millrace/tar';
import type { ChartFile } from './chart.ts';
import { ChartError, within } from './chart-error.ts';

/** How large a chart may be. */
export interface ChartLimits {
  /** Bytes of all files of one archive, or of one folder: Helm's 100 MiB. */
  total: number;
  /** Entries of one archive. */
  entries: number;
  /** Bytes of all archives together, those in charts/ of others included. */
  nested: number;
  /** Charts inside charts. */
  depth: number;
}

export const defaultChartLimits: ChartLimits = {
  total: 100 * 2 ** 20,
  entries: 100_000,
  nested: 500 * 2 ** 20,
  depth: 50,
};

/**
 * The files of a chart's archive (.tgz), named from the chart's root: the first part of each path, the chart's folder,
 * is cut off. Links and other special entries are empty files, as Helm has them.
 * @throws ChartError for what is no archive, for paths that leave the chart, and beyond the limits.
 */
export function readArchiveFiles(bytes: Uint8Array, limits: ChartLimits = defaultChartLimits): ChartFile[] {
  const files: ChartFile[] = [];
  let remaining = limits.total;
  let entries = 0;
  for (const { name, type, content, mtime } of tarEntries(bytes, limits)) {
    if (++entries > limits.entries) {
      throw new ChartError(`chart archive holds more than ${limits.entries} entries`);
    }
    if (type === 'folder') continue;
    const path = pathInChart(name);
    if (content.length >= remaining) throw tooLarge(limits);
    remaining -= content.length;
    files.push({ name: path, data: withoutBom(content), ...timeOf(mtime) });
  }
  if (files.length === 0) throw new ChartError('no files in chart archive');
  return files;
}

/** A header may hold what is no time of a calendar. */
function timeOf(seconds: number): { modTime?: string } {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? {} : { modTime: time.toISOString().replace('.000Z', 'Z') };
}

function* tarEntries(bytes: Uint8Array, limits: ChartLimits): ReturnType<typeof readTar> {
  const tar = gunzip(bytes, limits);
  try {
    yield* readTar(tar);
  } catch (cause) {
    throw cause instanceof ChartError ? cause : within('archive/tar', cause);
  }
}

/** A file's header and padding take up to this much. */
const overhead = 1536;

function gunzip(bytes: Uint8Array, limits: ChartLimits): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8) throw new ChartError('gzip: invalid header');
  const maxOutputLength = limits.total + limits.entries * overhead;
  try {
    return gunzipSync(bytes, { maxOutputLength });
  } catch (cause) {
    if (isTooLarge(cause)) throw tooLarge(limits);
    throw within('gzip', cause);
  }
}

function isTooLarge(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE';
}

function tooLarge(limits: ChartLimits): ChartError {
  return new ChartError(`decompressed chart is larger than the maximum size ${limits.total}`);
}

/** An archive made on Windows may have `\` between the parts. */
function pathInChart(written: string): string {
  const parts = written.split(written.includes('\\') ? '\\' : '/');
  const rest = parts.slice(1).join('/');
  if (rest.startsWith('/')) throw new ChartError('chart illegally contains absolute paths');
  const path = clean(rest);
  if (path === '') {
    throw new ChartError(
      `chart illegally contains content outside the base directory: ${JSON.stringify(written)}`,
    );
  }
  if (path.startsWith('..')) throw new ChartError('chart illegally references parent directory');
  if (/^[a-zA-Z]:\//.test(path)) throw new ChartError('chart contains illegally named files');
  if (parts[0] === 'Chart.yaml') throw new ChartError('chart yaml not in base directory');
  return path;
}

/** The path without `.`, empty parts and what `..` takes back. */
function clean(path: string): string {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && out.length > 0 && out.at(-1) !== '..') out.pop();
    else out.push(part);
  }
  return out.join('/');
}

/** A byte order mark is no part of the text. */
export function withoutBom(data: Uint8Array): Uint8Array {
  return data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf ? data.subarray(3) : data;
}
