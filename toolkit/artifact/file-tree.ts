import { type ArchiveBytes, readTarHeaders } from '@millrace/tar';
import { ArtifactError, type Limits } from './limits.ts';

/** A file of an archive, and where its bytes are in the archive. */
export interface FileEntry {
  offset: number;
  size: number;
  executable: boolean;
}

export interface FileTree {
  files: Map<string, FileEntry>;
  /** Those that are entries of their own. */
  folders: Set<string>;
}

/**
 * What lies in the folder that Flux unpacks an archive to (fluxcd/pkg/tar, Untar, which skips symbolic links where it is told so): of two files
 * of one path the bytes of the last and the mode of the first; a hard link is an empty file. Throws ArtifactError for
 * names that leave the folder, for devices and pipes, and for what is both file and folder.
 */
export function fileTreeOf(
  archive: ArchiveBytes,
  limits: Limits,
  symlinks: 'skipped' | 'refused' = 'skipped',
): FileTree {
  const tree: FileTree = { files: new Map(), folders: new Set() };
  const parents = new Set<string>();
  let count = 0;
  for (const { name, type, mode, offset, size } of readTarHeaders(archive)) {
    if (++count + parents.size > limits.entries)
      throw new ArtifactError(`the archive holds more than ${limits.entries} files and folders`);
    const path = safePath(name, limits);
    if (type === 'symlink' && symlinks === 'skipped') continue;
    if (type === 'symlink') throw new ArtifactError(`tar file entry ${shown(name)} is a symlink`);
    if (type === 'other')
      throw new ArtifactError(
        `tar file entry ${shown(name)} is a device or pipe: only files and folders are allowed`,
      );
    const isFolder = type === 'folder';
    if (path === '' && isFolder) continue;
    if (path === '' || (isFolder ? tree.files : tree.folders).has(path) || (!isFolder && parents.has(path)))
      throw new ArtifactError(`the archive has ${shown(name)} as a file and as a folder`);
    addParents(path, parents, tree.files);
    if (isFolder) tree.folders.add(path);
    else {
      const before = tree.files.get(path);
      tree.files.set(path, { offset, size, executable: before?.executable ?? (mode & 0o111) !== 0 });
    }
  }
  return tree;
}

function addParents(path: string, parents: Set<string>, files: ReadonlyMap<string, FileEntry>): void {
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
    const folder = path.slice(0, slash);
    if (parents.has(folder)) return;
    if (files.has(folder))
      throw new ArtifactError(`the archive has ${shown(folder)} as a file and as a folder`);
    parents.add(folder);
  }
}

function safePath(name: string, limits: Limits): string {
  const parts = name.split('/').filter(part => part !== '' && part !== '.');
  const leaves = name === '' || name.startsWith('/') || name.includes('../') || parts.includes('..');
  if (leaves || /[\\\0]/.test(name) || name.length > limits.path || parts.length > limits.depth)
    throw new ArtifactError(`tar contained invalid name error ${shown(name)}`);
  return parts.join('/');
}

/** Enough of a name to know it by. */
const shown = (name: string) => JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}...` : name);
