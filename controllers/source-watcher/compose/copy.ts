import { posix } from 'node:path';
import { ComposeError } from './compose-error.ts';
import { bytesOf, type Content, type SourceTree } from './file-content.ts';
import { doubleStarGlob, type Glob, GlobError, plainGlob } from './glob.ts';
import { mergedYaml } from './merge.ts';
import type { Copy } from './output.ts';
import type { Staging } from './staging.ts';

/** What a copy works with. */
export interface CopyDeps {
  sources: ReadonlyMap<string, SourceTree>;
  staging: Staging;
  /** The files of a `.tar.gz`. */
  untar(archive: Content): Promise<SourceTree>;
}

/**
 * One copy, with the meaning that it has for `cp` (source-watcher, docs/spec/v1beta1/artifactgenerators.md). Throws
 * ComposeError.
 */
export async function applyCopy(copy: Copy, on: CopyDeps): Promise<void> {
  try {
    await copyFrom(copy, on);
  } catch (cause) {
    if (!(cause instanceof ComposeError || cause instanceof GlobError)) throw cause;
    throw new ComposeError(
      `failed to apply copy operation from '${copy.from}' to '${copy.to}': ${cause.message}`,
      { cause },
    );
  }
}

async function copyFrom(copy: Copy, on: CopyDeps): Promise<void> {
  const slash = copy.from.indexOf('/');
  const alias = copy.from.slice(1, slash);
  const pattern = copy.from.slice(slash + 1);
  const to = copy.to.slice('@artifact/'.length);
  const source = on.sources.get(alias);
  if (!source) throw new ComposeError(`source alias '${alias}' not found`);
  const one = new CopyOf(copy, source, exclusions(copy.exclude ?? []), on);
  if (/[*?[\]]/.test(pattern)) await one.matches(alias, pattern, to);
  else await one.single(posix.normalize(pattern).replace(/\/$/, ''), to);
}

type Excludes = (path: string, base: string) => boolean;

/** By a path from the root, or from where the selection begins; a pattern of a name only is one for any folder. */
function exclusions(patterns: string[]): Excludes {
  const globs = patterns.map(pattern => {
    try {
      return { glob: doubleStarGlob(pattern), isName: !pattern.includes('/') };
    } catch (cause) {
      if (!(cause instanceof GlobError)) throw cause;
      throw new ComposeError(`invalid exclude pattern '${pattern}'`, { cause });
    }
  });
  const isMet = (path: string) =>
    globs.some(({ glob, isName }) => glob(path) || (isName && glob(posix.basename(path))));
  return (path, base) => isMet(path) || (path.startsWith(`${base}/`) && isMet(path.slice(base.length + 1)));
}

/** One copy under way. */
class CopyOf {
  readonly #copy: Copy;
  readonly #source: SourceTree;
  readonly #excludes: Excludes;
  readonly #on: CopyDeps;

  constructor(copy: Copy, source: SourceTree, excludes: Excludes, on: CopyDeps) {
    this.#copy = copy;
    this.#source = source;
    this.#excludes = excludes;
    this.#on = on;
  }

  /** A file or a folder by its name. */
  async single(path: string, to: string): Promise<void> {
    const at = path === '' || path === '/' ? '.' : path;
    const file = this.#source.files.get(at);
    const extracts = this.#copy.strategy === 'Extract';
    if (!file && at !== '.' && !this.#source.folders.has(at))
      throw new ComposeError(`source '${at}' does not exist`);
    if (!file) {
      if (extracts) throw new ComposeError(`extract strategy is not supported for directories, got '${at}'`);
      return this.#folder(at, posix.join(to, posix.basename(at)), at);
    }
    if (this.#excludes(at, '.')) return;
    if (extracts) {
      if (!isTarball(at))
        throw new ComposeError(`extract strategy requires tarball file (.tar.gz or .tgz), got '${at}'`);
      return this.#extract(at, file, to);
    }
    const intoFolder = to.endsWith('/') || this.#on.staging.isFolder(clean(to));
    this.#file(at, file, intoFolder ? posix.join(to, posix.basename(at)) : to);
  }

  /** All that a pattern matches. */
  async matches(alias: string, pattern: string, to: string): Promise<void> {
    const { files } = this.#source;
    const all = below(this.#source, literalRoot(pattern)).filter(this.#glob(pattern));
    if (all.length === 0) throw new ComposeError(`no files match pattern '${pattern}' in source '${alias}'`);
    const base = selectionRoot(pattern);
    const kept = all.filter(path => !this.#excludes(path, base));
    if (kept.length === 0)
      throw new ComposeError(`all files matching pattern '${pattern}' in source '${alias}' were excluded`);
    for (const path of kept) {
      const file = files.get(path);
      const place = posix.join(to, belowPattern(pattern, path));
      if (this.#copy.strategy !== 'Extract') {
        if (file) this.#file(path, file, place);
        else this.#folder(path, place, base);
      } else if (file && isTarball(path)) await this.#extract(path, file, to);
    }
  }

  #glob(pattern: string): Glob {
    try {
      return this.#copy.strategy === 'Extract' ? doubleStarGlob(pattern) : plainGlob(pattern);
    } catch (cause) {
      if (!(cause instanceof GlobError)) throw cause;
      throw new ComposeError(`invalid glob pattern '${pattern}': ${cause.message}`, { cause });
    }
  }

  #file(path: string, content: Content, to: string): void {
    const { staging } = this.#on;
    const place = clean(to);
    const before = staging.files.get(place);
    if (this.#copy.strategy !== 'Merge' || !before) {
      staging.put(place, content);
      return;
    }
    try {
      const bytes = mergedYaml(bytesOf(before), bytesOf(content));
      staging.put(place, { size: bytes.byteLength, executable: before.executable, chunks: () => [bytes] });
    } catch (cause) {
      if (!(cause instanceof ComposeError)) throw cause;
      throw new ComposeError(`failed to copy file '${path}' to '${place}': ${cause.message}`, { cause });
    }
  }

  /** Files in a folder are never merged. */
  #folder(folder: string, to: string, base: string): void {
    const { staging } = this.#on;
    const { files, walk, places } = this.#source;
    staging.addFolder(clean(to));
    const prefix = folder === '.' ? '' : `${folder}/`;
    const isBelow = (at: number, start: string) => at < walk.length && walk[at]!.startsWith(start);
    for (let at = folder === '.' ? 0 : places.get(folder)! + 1; isBelow(at, prefix); ) {
      const path = walk[at++]!;
      const file = files.get(path);
      const place = clean(posix.join(to, path.slice(prefix.length)));
      if (this.#excludes(path, base)) {
        // With a folder goes whatever lies in it.
        while (!file && isBelow(at, `${path}/`)) at++;
      } else if (file) staging.put(place, file);
      else staging.addFolder(place);
    }
  }

  async #extract(path: string, archive: Content, to: string): Promise<void> {
    const { staging, untar } = this.#on;
    const problem = (cause: ComposeError) =>
      new ComposeError(`failed to extract tarball '${path}' to '${to}': ${cause.message}`, { cause });
    try {
      staging.addFolder(clean(to));
      const { files, folders } = await untar(archive);
      for (const folder of folders) staging.addFolder(clean(posix.join(to, folder)));
      for (const [name, content] of files) staging.put(clean(posix.join(to, name)), content);
    } catch (cause) {
      throw cause instanceof ComposeError ? problem(cause) : cause;
    }
  }
}

function isTarball(path: string): boolean {
  return /\.(?:tar\.gz|tgz)$/i.test(path);
}

/** Of `dir/**` what is below the folder, of other patterns all. */
function belowPattern(pattern: string, path: string): string {
  const folder = pattern.endsWith('/**') ? pattern.slice(0, -'**'.length) : undefined;
  return folder !== undefined && path.startsWith(folder) ? path.slice(folder.length) : path;
}

/** All that lies in a folder: of a thousand artifacts each looks at its own. */
function below({ walk, places }: SourceTree, folder: string): readonly string[] {
  if (folder === '') return walk;
  const start = (places.get(folder) ?? walk.length) + 1;
  let end = start;
  while (walk[end]?.startsWith(`${folder}/`)) end++;
  return walk.slice(start, end);
}

/** The folders before the first part that is more than a name. */
function literalRoot(pattern: string): string {
  const parts = pattern.split('/');
  const first = parts.findIndex(part => /[*?[\]{}\\]/.test(part));
  return parts.slice(0, Math.max(0, first)).join('/');
}

/** The folders before the first part with a wildcard. */
function selectionRoot(pattern: string): string {
  const parts = posix.normalize(pattern).split('/');
  const first = parts.findIndex(part => /[*?[\]]/.test(part));
  return parts.slice(0, first).join('/') || '.';
}

const clean = (path: string) => posix.normalize(path).replace(/\/$/, '');
