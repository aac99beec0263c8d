import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { readTar, TarError } from '@millrace/tar';
import { ArtifactError, defaultLimits, type Limits } from './limits.ts';
import { indexOf, type SharedTree, type TreeNode } from './tree.ts';

/**
 * Unpack a `.tar.gz` into memory that threads share. Throws ArtifactError for paths and links that climb out, for what
 * is neither file, folder nor link, for what could not lie on a disk, and for what passes a limit.
 */
export async function unpackTree(
  compressed: Uint8Array | AsyncIterable<Uint8Array>,
  limits: Limits = defaultLimits,
): Promise<SharedTree> {
  try {
    const source = compressed instanceof Uint8Array ? Readable.from([compressed]) : Readable.from(compressed);
    const archive = await gunzip(source, limits.total);
    return { archive, index: indexOf(readNodes(new Uint8Array(archive), limits)) };
  } catch (cause) {
    if (cause instanceof ArtifactError) throw cause;
    throw new ArtifactError(`the archive cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

async function gunzip(source: Readable, limit: number): Promise<SharedArrayBuffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  await pipeline(source, createGunzip(), async chunks => {
    for await (const chunk of chunks as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > limit) throw new ArtifactError(`the archive unpacks to more than ${limit} bytes`);
      parts.push(chunk);
    }
  });
  const archive = new SharedArrayBuffer(size);
  const bytes = new Uint8Array(archive);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return archive;
}

function readNodes(archive: Uint8Array, limits: Limits): TreeNode[] {
  const nodes = new Nodes(limits);
  try {
    for (const { name, type, content, link } of readTar(archive)) {
      const path = safePath(name, limits);
      if (path === '') continue; // the root itself
      if (type === 'file')
        nodes.add({ kind: 'file', path, offset: content.byteOffset, size: content.byteLength });
      else if (type === 'folder') nodes.add({ kind: 'folder', path });
      else if (type === 'symlink' || type === 'link')
        nodes.add({ kind: 'link', path, target: linkTarget(path, link, type, limits) });
      else
        throw new ArtifactError(
          `the archive entry ${JSON.stringify(name)} is a device or pipe: only files, folders and links are allowed`,
        );
    }
  } catch (error) {
    if (error instanceof TarError)
      throw new ArtifactError(`the archive cannot be read: ${error.message}`, { cause: error });
    throw error;
  }
  return nodes.all();
}

/** What is in an archive, each path once: of two the last counts, as it would on a disk. */
class Nodes {
  readonly #limits: Limits;
  readonly #nodes = new Map<string, TreeNode>();
  /** All folders that something lies in. */
  readonly #folders = new Set<string>();
  #count = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  add(node: TreeNode): void {
    const { entries } = this.#limits;
    this.#nodes.set(node.path, node);
    for (let slash = node.path.lastIndexOf('/'); slash > 0; slash = node.path.lastIndexOf('/', slash - 1)) {
      const folder = node.path.slice(0, slash);
      if (this.#folders.has(folder)) break;
      this.#folders.add(folder);
    }
    if (++this.#count > entries || this.#folders.size > entries)
      throw new ArtifactError(`the archive holds more than ${entries} files and folders`);
  }

  all(): TreeNode[] {
    for (const folder of this.#folders) {
      const node = this.#nodes.get(folder);
      if (node && node.kind !== 'folder')
        throw new ArtifactError(
          `the archive has ${JSON.stringify(folder)} as a ${node.kind} and as a folder`,
        );
    }
    return [...this.#nodes.values()];
  }
}

/** `a/./b/` is `a/b`; whatever would leave the folder, or name no place in it, is refused. */
function safePath(name: string, limits: Limits): string {
  requireShort(name, limits);
  const parts = name.split('/').filter(part => part !== '' && part !== '.');
  if (parts.length > limits.depth)
    throw new ArtifactError(`the archive entry ${shown(name)} is more than ${limits.depth} folders deep`);
  if (name.startsWith('/') || name.includes('\\') || name.includes('\0') || parts.includes('..'))
    throw new ArtifactError(`the archive entry ${shown(name)} climbs out of its folder`);
  return parts.join('/');
}

function requireShort(name: string, limits: Limits): void {
  if (name.length > limits.path)
    throw new ArtifactError(`the archive entry ${shown(name)} has a path of more than ${limits.path} bytes`);
}

/** Enough of a name to know it by. */
const shown = (name: string) => JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}...` : name);

/** As it is written, from the folder of the link. One that leaves the archive is refused. */
function linkTarget(path: string, target: string, type: 'symlink' | 'link', limits: Limits): string {
  requireShort(target, limits);
  const depth = type === 'link' ? 0 : path.split('/').length - 1;
  let left = depth;
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    left += part === '..' ? -1 : 1;
    if (left < 0 || target.startsWith('/'))
      throw new ArtifactError(`the link ${shown(path)} points out of the archive, to ${shown(target)}`);
  }
  // A hard link is told from the root.
  return type === 'link' ? `${'../'.repeat(path.split('/').length - 1)}${target}` : target;
}
