import { fromBytes } from '@millrace/go-template';
import { readValues } from '../values/read.ts';
import { type ChartLimits, defaultChartLimits, readArchiveFiles, withoutBom } from './archive.ts';
import type { Chart, ChartFile, Lock, Metadata, Values } from './chart.ts';
import { ChartError, within } from './chart-error.ts';
import { checkMetadata } from './check-metadata.ts';
import { type IgnoreRules, readIgnoreRules } from './helmignore.ts';
import { readLock, readMetadata } from './metadata.ts';

export interface LoadOptions {
  limits?: Partial<ChartLimits>;
  /** Told of what Helm logs and goes on with. */
  warn?: (message: string) => void;
  /** Take a chart of any apiVersion for one of v2, as the linter does. */
  anyVersion?: boolean;
}

/** Files by their names from the chart's root, or a list of them. */
export type ChartFiles = Iterable<ChartFile> | ReadonlyMap<string, Uint8Array>;

/**
 * A chart of its files. They keep their order: give those of a folder sorted by name, folder by folder, as
 * `loadChartFolder` does. Charts in `charts/` come along, as folders or as .tgz.
 * @throws ChartError that names chart and file.
 */
export function loadChart(files: ChartFiles, options: LoadOptions = {}): Chart {
  return new Loader(options).root(listOf(files));
}

/**
 * The same of a folder on disk: .helmignore is obeyed, and the size is limited as that of an archive is. Links are
 * for the reader to follow.
 */
export function loadChartFolder(files: ChartFiles, options: LoadOptions = {}): Chart {
  const all = listOf(files).sort(inWalkOrder);
  const limit = options.limits?.total ?? defaultChartLimits.total;
  const ignore = all.find(({ name }) => name === '.helmignore');
  const ignores = readIgnoreRules(ignore ? fromBytes(ignore.data) : '');
  const folders = new Map<string, boolean>();
  const kept = all.filter(({ name }) => !ignores(name, false) && !isInIgnored(name, ignores, folders));
  let total = 0;
  for (const { name, data } of kept) {
    total += data.length;
    if (total > limit) {
      throw new ChartError(
        `error reading ${name}: chart exceeds maximum decompressed size of ${limit} bytes`,
      );
    }
  }
  return loadChart(kept, options);
}

/** A chart of its archive (.tgz). .helmignore counts for folders only. Throws ChartError. */
export function readChartArchive(bytes: Uint8Array, options: LoadOptions = {}): Chart {
  const loader = new Loader(options);
  let files: ChartFile[];
  try {
    files = loader.unpack(bytes);
  } catch (cause) {
    if (cause instanceof ChartError && cause.message === 'gzip: invalid header') {
      throw new ChartError(`stream does not appear to be a valid chart file (details: ${cause.message})`);
    }
    throw within('unable to load chart archive', cause);
  }
  if (!files.some(({ name }) => name === 'Chart.yaml')) {
    throw new ChartError('unable to detect chart version, no Chart.yaml found');
  }
  return loader.root(files);
}

function listOf(files: ChartFiles): ChartFile[] {
  if (files instanceof Map)
    return Array.from(files as Map<string, Uint8Array>, ([name, data]) => ({ name, data }));
  return [...(files as Iterable<ChartFile>)];
}

/** As a walk of the folder meets them: `a/b` before `a-b`. */
function inWalkOrder(a: ChartFile, b: ChartFile): number {
  const left = a.name.replaceAll('/', '\0');
  const right = b.name.replaceAll('/', '\0');
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Whether a folder on the way to a file is left out; `known` has what was found of folders. */
function isInIgnored(path: string, ignores: IgnoreRules, known: Map<string, boolean>): boolean {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return false;
  const folder = path.slice(0, slash);
  let found = known.get(folder);
  if (found === undefined) {
    found = isInIgnored(folder, ignores, known) || ignores(folder, true);
    known.set(folder, found);
  }
  return found;
}

/** Loads a tree of charts within one set of limits. */
class Loader {
  readonly #limits: ChartLimits;
  readonly #warn: (message: string) => void;
  readonly #anyVersion: boolean;
  #unpacked = 0;

  constructor(options: LoadOptions) {
    this.#limits = { ...defaultChartLimits, ...options.limits };
    this.#warn = options.warn ?? (() => {});
    this.#anyVersion = options.anyVersion ?? false;
  }

  unpack(bytes: Uint8Array): ChartFile[] {
    const files = readArchiveFiles(bytes, this.#limits);
    this.#unpacked += files.reduce((sum, { data }) => sum + data.length, 0);
    if (this.#unpacked > this.#limits.nested) {
      throw new ChartError(`charts in charts unpack to more than ${this.#limits.nested} bytes`);
    }
    return files;
  }

  root(files: ChartFile[]): Chart {
    return this.#load(
      files.map(file => ({ ...file, data: withoutBom(file.data) })),
      0,
    );
  }

  #load(files: ChartFile[], depth: number): Chart {
    if (depth > this.#limits.depth) {
      throw new ChartError(`charts are nested more than ${this.#limits.depth} levels deep`);
    }
    const parts = this.#sort(files, depth === 0 && !this.#anyVersion);
    if (parts.metadata === undefined) throw new ChartError('Chart.yaml file is missing');
    const metadata = checkMetadata(parts.metadata);
    const { lock, schema, templates, values } = parts;
    const dependencies = [...parts.charts].flatMap(([name, inside]) =>
      this.#dependency(name, inside, metadata.name, depth),
    );
    return {
      metadata,
      ...(lock && { lock }),
      raw: files,
      templates,
      files: parts.files,
      values,
      ...(schema && { schema }),
      dependencies,
    };
  }

  /** Each file to its place. */
  #sort(files: ChartFile[], checkVersion: boolean): Parts {
    const parts: Parts = { templates: [], files: [], values: {}, charts: new Map() };
    for (const { name, data } of files) {
      if (name !== 'Chart.yaml') continue;
      parts.metadata = { ...parts.metadata, ...readMetadata(fromBytes(data), name) };
      if (!parts.metadata.apiVersion) parts.metadata.apiVersion = 'v1';
      if (checkVersion && !['v1', 'v2'].includes(parts.metadata.apiVersion)) {
        throw new ChartError('unsupported chart version');
      }
    }
    for (const file of files) this.#place(file, parts);
    return parts;
  }

  #place(file: ChartFile, parts: Parts): void {
    const { name, data } = file;
    if (name === 'Chart.yaml') return;
    if (name === 'Chart.lock') parts.lock = readLock(fromBytes(data), name);
    else if (name === 'values.yaml') parts.values = loadValues(data);
    else if (name === 'values.schema.json') parts.schema = data;
    else if (name === 'requirements.yaml' || name === 'requirements.lock') this.#placeOld(file, parts);
    else if (name.startsWith('templates/')) parts.templates.push(file);
    else if (!name.startsWith('charts/') || name.endsWith('.prov')) parts.files.push(file);
    else {
      const path = name.slice('charts/'.length);
      const chart = path.split('/')[0]!;
      if (!parts.charts.has(chart)) parts.charts.set(chart, []);
      parts.charts.get(chart)!.push({ name: path, data });
    }
  }

  /** The files that apiVersion v1 has for dependencies: those of a v2 chart count, with a warning. */
  #placeOld(file: ChartFile, parts: Parts): void {
    const isLock = file.name === 'requirements.lock';
    parts.metadata ??= {};
    const isV1 = parts.metadata.apiVersion === 'v1';
    if (isLock) parts.lock = readLock(fromBytes(file.data), file.name);
    if (!isV1) this.#warn(isLock ? lockMoved : dependenciesMoved);
    if (!isLock) Object.assign(parts.metadata, readMetadata(fromBytes(file.data), file.name));
    if (parts.metadata.apiVersion === 'v1') parts.files.push(file);
  }

  #dependency(name: string, files: ChartFile[], parent: string, depth: number): Chart[] {
    if (name.startsWith('_') || name.startsWith('.')) return [];
    if (name.endsWith('.tgz') && files[0]!.name !== name) {
      throw new ChartError(
        `error unpacking subchart tar in ${parent}: expected ${name}, got ${files[0]!.name}`,
      );
    }
    try {
      return [this.#load(this.#filesOf(name, files), depth + 1)];
    } catch (cause) {
      throw within(`error unpacking subchart ${name} in ${parent}`, cause);
    }
  }

  #filesOf(name: string, files: ChartFile[]): ChartFile[] {
    if (name.endsWith('.tgz')) return this.unpack(files[0]!.data);
    return files.flatMap(file => {
      const slash = file.name.indexOf('/');
      return slash < 0 ? [] : [{ name: file.name.slice(slash + 1), data: file.data }];
    });
  }
}

const dependenciesMoved =
  'Warning: Dependencies are handled in Chart.yaml since apiVersion "v2". We recommend migrating dependencies to Chart.yaml.';
const lockMoved =
  'Warning: Dependency locking is handled in Chart.lock since apiVersion "v2". We recommend migrating to Chart.lock.';

interface Parts {
  metadata?: Partial<Metadata>;
  lock?: Lock;
  templates: ChartFile[];
  files: ChartFile[];
  values: Values;
  schema?: Uint8Array;
  /** What is under charts/, by its first part. */
  charts: Map<string, ChartFile[]>;
}

function loadValues(data: Uint8Array): Values {
  try {
    return readValues(fromBytes(data), 'values.yaml');
  } catch (cause) {
    throw within('cannot load values.yaml', cause);
  }
}
