import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import {
  type Chart,
  ChartError,
  type ChartFile,
  defaultChartLimits,
  type IgnoreRules,
  loadChartFolder,
  readChartArchive,
  readIgnoreRules,
} from '@millrace/helm';
import { CliError } from '../cli-error.ts';
import { HelmCommandError } from './helm-error.ts';

const remote = /^(oci|https?):\/\//;

/**
 * The chart of a folder or an archive. Throws HelmCommandError where there is none or it cannot be read; `warn` is
 * told of what is odd about it.
 */
export function readChart(path: string, warn: (message: string) => void = () => {}): Chart {
  if (remote.test(path))
    throw new CliError(`${path}: charts are read from the disk: fetch it, or let a HelmRelease do so`);
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) {
    const missing = isAbsolute(path) || path.startsWith('.') ? `path "${path}" not found` : notHere(path);
    throw new HelmCommandError(missing);
  }
  try {
    if (!status.isDirectory()) return readChartArchive(readFileSync(path), { warn });
    return loadChartFolder(folderFiles(path), { warn });
  } catch (error) {
    throw error instanceof ChartError ? new HelmCommandError(error.message, { cause: error }) : error;
  }
}

function notHere(name: string): string {
  return `path "${name}" not found: there are no chart repositories here, charts are read from the disk`;
}

/** The files of a chart's folder that its .helmignore does not exclude, links followed, sorted in each folder. */
export function folderFiles(root: string): ChartFile[] {
  const ignoreFile = join(root, '.helmignore');
  const text = statSync(ignoreFile, { throwIfNoEntry: false })?.isFile()
    ? readFileSync(ignoreFile, 'utf8')
    : '';
  return new FolderReader(root, readIgnoreRules(text)).files;
}

/** Reads a folder within the limits of a chart, so that no loop of links and no huge folder takes the memory. */
class FolderReader {
  readonly files: ChartFile[] = [];
  readonly #root: string;
  readonly #ignores: IgnoreRules;
  #size = 0;

  constructor(root: string, ignores: IgnoreRules) {
    this.#root = root;
    this.#ignores = ignores;
    this.#read('', []);
  }

  #read(folder: string, above: readonly string[]): void {
    const real = realpathSync(join(this.#root, folder));
    if (above.includes(real))
      throw new ChartError(`${folder}: the link leads to a folder that it is in itself`);
    const entries = readdirSync(join(this.#root, folder), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder ? `${folder}/${entry.name}` : entry.name;
      const isFolder = isFolderEntry(entry, join(this.#root, path));
      if (this.#ignores(path, isFolder)) continue;
      if (isFolder) this.#read(path, [...above, real]);
      else this.#take(path);
    }
  }

  #take(path: string): void {
    const full = join(this.#root, path);
    const status = statSync(full);
    if (!status.isFile())
      throw new ChartError(`cannot load irregular file ${path} as it has file mode type bits set`);
    this.#size += status.size;
    const { total } = defaultChartLimits;
    if (this.#size > total)
      throw new ChartError(
        `error reading ${path}: chart exceeds maximum decompressed size of ${total} bytes`,
      );
    this.files.push({ name: path, data: readFileSync(full) });
  }
}

function isFolderEntry(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) throw new ChartError(`error evaluating symlink ${path}: no such file or directory`);
  return status.isDirectory();
}
