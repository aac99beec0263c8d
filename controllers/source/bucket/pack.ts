import { createReadStream } from 'node:fs';
import {
  type ArchiveFile,
  ArtifactError,
  defaultLimits,
  fileTreeOf,
  foldersOf,
  inOrderOfWalk,
  type Limits,
  piecesOf,
  type Written,
  withUnpacked,
  writeArchive,
} from '@millrace/artifact/files';
import type { ArchiveBytes } from '@millrace/tar';

/** What an archive is made of. */
export interface PackContent {
  /** Files that were fetched. */
  fetched: { path: string; file: string; size: number }[];
  /** Paths of those that are the same as in the archive before. */
  kept: string[];
  /** That archive, where anything is kept: it is unpacked beside itself. */
  before?: string | undefined;
}

/** Write the files to a new archive, as Flux's storage does. Throws ArtifactError. */
export async function packBucket(
  { fetched, kept, before }: PackContent,
  file: string,
  signal: AbortSignal,
  limits: Limits = defaultLimits,
): Promise<Written> {
  const own = fetched.map(({ path, file, size }) => ({
    path,
    open: () => ({ path, size, chunks: createReadStream(file) }),
  }));
  const write = (others: Source[]) => {
    const all = inOrderOfWalk([...own, ...others]);
    const contents = function* () {
      for (const { open } of all) yield open();
    };
    return writeArchive(asyncOf(contents()), foldersOf(all.map(({ path }) => path)), file, signal);
  };
  if (before === undefined || kept.length === 0) return write([]);
  return withUnpacked(before, limits.total, signal, archive => write(keptIn(archive, kept, limits)));
}

interface Source {
  path: string;
  open(): ArchiveFile;
}

function keptIn(archive: ArchiveBytes, kept: string[], limits: Limits): Source[] {
  const { files } = fileTreeOf(archive, limits);
  return kept.map(path => {
    const found = files.get(path);
    if (!found) throw new ArtifactError(`the artifact before has no ${JSON.stringify(path.slice(0, 200))}`);
    const { offset, size } = found;
    return { path, open: () => ({ path, size, chunks: piecesOf(archive, offset, size) }) };
  });
}

async function* asyncOf<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}
