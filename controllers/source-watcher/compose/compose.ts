import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ArchiveFile,
  ArtifactError,
  defaultLimits,
  fileTreeOf,
  ignores,
  inOrderOfWalk,
  openUnpacked,
  type Unpacked,
  type Written,
  writeArchive,
} from '@millrace/artifact/files';
import { TarError } from '@millrace/tar';
import { ComposeError } from './compose-error.ts';
import { contentHash } from './content-hash.ts';
import { applyCopy } from './copy.ts';
import { type Content, contentsOf, type SourceTree } from './file-content.ts';
import type { Output, Request } from './output.ts';
import { requestsOf } from './path-pattern.ts';
import { Staging } from './staging.ts';

/** What artifacts are made of. */
export interface Composition {
  /** The archives of sources, by alias. */
  sources: Record<string, string>;
  pathPattern: string | undefined;
  outputs: Output[];
  /** A folder for what is made. */
  scratch: string;
}

/** An artifact that was made. */
export interface Composed extends Written {
  name: string;
  labels: Record<string, string>;
  revision: string | undefined;
  originRevision: string | undefined;
  /** Of its content: by what Flux names its archive. */
  hash: string;
  /** Where the archive lies. */
  file: string;
}

/** What a tarball in a source may unpack to (fluxcd/pkg/tar). */
const largestTarball = 100 * 2 ** 20;

/** Make all artifacts. Throws ComposeError. */
export async function compose(
  { sources, pathPattern, outputs, scratch }: Composition,
  signal: AbortSignal,
): Promise<Composed[]> {
  const open: Unpacked[] = [];
  const unpack = async (file: string, limit: number): Promise<SourceTree> => {
    const unpacked = await openUnpacked(file, limit, signal);
    open.push(unpacked);
    return contentsOf(
      fileTreeOf(unpacked.bytes, { ...defaultLimits, total: limit }, 'refused'),
      unpacked.bytes,
    );
  };
  const untar = async (archive: Content): Promise<SourceTree> => {
    const file = join(scratch, `tarball-${open.length}`);
    await writeFile(file, archive.chunks());
    return unpack(file, largestTarball).catch(asComposeError);
  };
  try {
    const trees = new Map<string, SourceTree>();
    for (const [alias, file] of Object.entries(sources))
      trees.set(alias, await unpack(file, defaultLimits.total).catch(asComposeError));
    const requests = requestsOf(outputs, pathPattern, alias => trees.get(alias)?.folders);
    const composed: Composed[] = [];
    for (const request of requests) {
      const on = { sources: trees, staging: new Staging(), untar };
      composed.push(await make(request, on, join(scratch, `artifact-${composed.length}`), signal));
    }
    return composed;
  } catch (cause) {
    if (!(cause instanceof ComposeError) || !cause.isTerminal) throw cause;
    throw new ComposeError(`failed to expand path pattern: ${cause.message}`, { cause, isTerminal: true });
  } finally {
    for (const unpacked of open) await unpacked.close();
  }
}

async function make(
  { name, labels, copy, revision, originRevision }: Request,
  on: Parameters<typeof applyCopy>[1],
  file: string,
  signal: AbortSignal,
): Promise<Composed> {
  try {
    for (const one of copy) await applyCopy(one, on);
  } catch (cause) {
    if (!(cause instanceof ComposeError)) throw cause;
    throw new ComposeError(`${name} build failed: failed to apply copy operations: ${cause.message}`, {
      cause,
    });
  }
  const { files, folders } = on.staging;
  for (const path of files.keys())
    if (path.includes('\n'))
      throw new ComposeError(
        `${name} build failed: failed to hash staging dir: filenames with newlines are not supported`,
      );
  // Flux's storage leaves out here what it leaves out of repositories by default.
  const isLeftOut = ignores({ files: {} });
  const kept = inOrderOfWalk([...files].map(([path, content]) => ({ path, content })));
  const contents = async function* (): AsyncGenerator<ArchiveFile> {
    for (const { path, content } of kept)
      if (!isLeftOut(path))
        yield { path, size: content.size, executable: content.executable, chunks: content.chunks() };
  };
  const walked = inOrderOfWalk([...folders].map(path => ({ path })));
  const names = walked.map(({ path }) => path).filter(path => !isLeftOut(`${path}/`));
  const written = await writeArchive(contents(), names, file, signal);
  return { name, labels, revision, originRevision, hash: contentHash(files, name), file, ...written };
}

function asComposeError(cause: unknown): never {
  if (!(cause instanceof ArtifactError || cause instanceof TarError)) throw cause;
  throw new ComposeError(cause.message, { cause });
}
