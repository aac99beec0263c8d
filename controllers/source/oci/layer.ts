import {
  type Archive,
  type ArchiveFile,
  ArtifactError,
  defaultLimits,
  type FileEntry,
  type FileTree,
  fileTreeOf,
  foldersOf,
  ignoreFile,
  ignores,
  inOrderOfWalk,
  type Limits,
  piecesOf,
  type Written,
  withUnpacked,
  writeArchive,
} from '@millrace/artifact/files';
import type { ArchiveBytes } from '@millrace/tar';

/** Bytes of the `.sourceignore` files of a layer. */
const largestRules = 4 * 2 ** 20;

/**
 * Write the files of a layer, a `.tar.gz`, to a new archive, without what the rules leave out. A large layer lies unpacked
 * beside it meanwhile, and in memory is no more than a piece of it. Throws ArtifactError for what no artifact may hold,
 * and TarError.
 */
export async function writeLayer(
  layer: Archive,
  ignore: string | undefined,
  file: string,
  signal: AbortSignal,
  limits: Limits = defaultLimits,
): Promise<Written> {
  return withUnpacked(layer, limits.total, signal, archive =>
    writeTree(fileTreeOf(archive, limits), archive, ignore, file, signal),
  );
}

function writeTree(
  { files, folders }: FileTree,
  archive: ArchiveBytes,
  ignore: string | undefined,
  file: string,
  signal: AbortSignal,
): Promise<Written> {
  const isLeftOut = ignores({ files: rulesIn(files, archive), spec: ignore });
  const kept = [...files].map(([path, entry]) => ({ path, entry })).filter(({ path }) => !isLeftOut(path));
  // Flux walks the unpacked layer: a folder is an entry, whether a file is left in it or not.
  const all = foldersOf([...files.keys(), ...[...folders].map(folder => `${folder}/`)]);
  const walked = all.filter(path => !isLeftOut(`${path}/`));
  return writeArchive(contents(inOrderOfWalk(kept), archive), walked, file, signal);
}

function rulesIn(files: ReadonlyMap<string, FileEntry>, archive: ArchiveBytes): Record<string, string> {
  const rules: Record<string, string> = Object.create(null);
  let size = 0;
  for (const [path, file] of files) {
    if (path !== ignoreFile && !path.endsWith(`/${ignoreFile}`)) continue;
    size += file.size;
    if (size > largestRules)
      throw new ArtifactError(`the ${ignoreFile} files of the layer take more than ${largestRules} bytes`);
    rules[path] = Buffer.from(archive.subarray(file.offset, file.offset + file.size)).toString('utf8');
  }
  return rules;
}

async function* contents(
  files: { path: string; entry: FileEntry }[],
  archive: ArchiveBytes,
): AsyncGenerator<ArchiveFile> {
  for (const {
    path,
    entry: { offset, size, executable },
  } of files)
    yield { path, executable, size, chunks: piecesOf(archive, offset, size) };
}
