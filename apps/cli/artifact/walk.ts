import { createReadStream, type Dirent, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type ArchiveEntry, ignores } from '@millrace/artifact';
import { CliError } from '../cli-error.ts';

export interface Gathering {
  /** Rules as in .gitignore. */
  ignore: readonly string[];
  /** Take what links lead to; else they are passed over. */
  resolveSymlinks?: boolean;
}

/** The mode of a folder that somebody makes for a while: Flux puts a single file into one, and copies of what links lead to. */
const scratch = 0o700;

/**
 * What an artifact of a file or folder holds, in the order of Go's filepath.WalkDir, with the modes that they have: equal
 * content is the same artifact as Flux makes of it. Throws CliError for a path that is not there.
 */
export async function* gather(path: string, options: Gathering): AsyncGenerator<ArchiveEntry> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new CliError(`invalid path '${path}', must point to an existing directory or file`);
  if (!found.isDirectory()) {
    yield { path: '.', mode: scratch };
    yield fileEntry(basename(path), path, found);
    return;
  }
  yield { path: '.', mode: options.resolveSymlinks ? scratch : modeOf(found) };
  const isIgnored = ignores({ files: {}, spec: options.ignore.join('\n'), defaults: false });
  yield* below(path, '', options.resolveSymlinks ?? false, isIgnored, [realpathSync(path)]);
}

function* below(
  root: string,
  folder: string,
  follows: boolean,
  isIgnored: (path: string) => boolean,
  above: readonly string[],
): Generator<ArchiveEntry> {
  for (const entry of sorted(readdirSync(join(root, folder), { withFileTypes: true }))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const full = join(root, path);
    const found = statOf(entry, full, follows);
    if (!found) continue;
    if (!found.isDirectory()) {
      if (!isIgnored(path)) yield fileEntry(path, full, found);
      continue;
    }
    const real = realpathSync(full);
    if (above.includes(real)) continue; // a link to where it is in itself
    // What lies in a folder that is left out may be taken in again.
    if (!isIgnored(`${path}/`)) yield { path, mode: modeOf(found) };
    yield* below(root, path, follows, isIgnored, [...above, real]);
  }
}

/** Undefined for what is neither file nor folder. */
function statOf(entry: Dirent, full: string, follows: boolean): Stats | undefined {
  if (!entry.isFile() && !entry.isDirectory() && !(follows && entry.isSymbolicLink())) return undefined;
  const found = statSync(full, { throwIfNoEntry: false });
  if (!found) throw new CliError(`resolving symlinks failed: ${full} leads to nothing`);
  return found.isFile() || found.isDirectory() ? found : undefined;
}

function fileEntry(path: string, full: string, found: Stats): ArchiveEntry {
  return { path, mode: modeOf(found), content: { size: found.size, chunks: contentOf(full, found.size) } };
}

/** As many bytes as the header has said, also of a file that grows meanwhile. */
async function* contentOf(full: string, size: number): AsyncGenerator<Uint8Array> {
  if (size === 0) return;
  let read = 0;
  for await (const chunk of createReadStream(full, { end: size - 1 }) as AsyncIterable<Buffer>) {
    read += chunk.length;
    yield chunk;
  }
  if (read < size) throw new CliError(`${full} has changed while it was read`);
}

function modeOf({ mode }: Stats): number {
  return mode & 0o7777;
}

function sorted(entries: Dirent[]): Dirent[] {
  return entries
    .map(entry => ({ entry, key: Buffer.from(entry.name) }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map(({ entry }) => entry);
}
