/** Files to build from. Paths are POSIX, relative to the root of the tree, without a leading slash. */
export interface FileTree {
  /** The content of a file, undefined if there is none at this path. */
  read(path: string): Uint8Array | undefined;
  /** What is in a directory ('' is the root), undefined if there is no such directory. */
  list(directory: string): DirectoryEntry[] | undefined;
  /**
   * Where a file or directory really is, for a tree that has links; undefined when a link leads out of the
   * tree. The load restrictor judges that place. Without this function a tree has no links.
   */
  resolve?(path: string): string | undefined;
}

export interface DirectoryEntry {
  name: string;
  directory: boolean;
}

/** A tree of files in memory; directories are those that the paths imply. */
export function treeOf(files: Record<string, string | Uint8Array>): FileTree {
  const contents = new Map<string, string | Uint8Array>();
  const directories = new Map<string, Map<string, boolean>>([['', new Map()]]);
  for (const [path, content] of Object.entries(files)) {
    const normal = joinPath('', path);
    if (normal === undefined) continue;
    contents.set(normal, content);
    addToDirectories(directories, normal);
  }
  return {
    read(path) {
      const content = contents.get(path);
      return typeof content === 'string' ? new TextEncoder().encode(content) : content;
    },
    list(directory) {
      const entries = directories.get(directory);
      return entries && [...entries].map(([name, isDirectory]) => ({ name, directory: isDirectory }));
    },
  };
}

/** A tree as it is, or one made of a map from path to content. */
export function asTree(files: FileTree | Record<string, string | Uint8Array>): FileTree {
  return typeof files.read === 'function' && typeof files.list === 'function'
    ? (files as FileTree)
    : treeOf(files as Record<string, string | Uint8Array>);
}

/** A tree with some files put over it: each path of `files` is read from there, all else as before. */
export function withFiles(tree: FileTree, files: Record<string, string | Uint8Array>): FileTree {
  const over = treeOf(files);
  return {
    ...(tree.resolve && { resolve: path => (over.read(path) ? path : tree.resolve?.(path)) }),
    read: path => over.read(path) ?? tree.read(path),
    list(directory) {
      const [below, above] = [tree.list(directory), over.list(directory)];
      if (below === undefined || above === undefined) return below ?? above;
      const names = new Set(below.map(({ name }) => name));
      return [...below, ...above.filter(({ name }) => !names.has(name))];
    },
  };
}

function addToDirectories(directories: Map<string, Map<string, boolean>>, path: string): void {
  const parts = path.split('/');
  let parent = '';
  parts.forEach((name, i) => {
    const isDirectory = i < parts.length - 1;
    directories.get(parent)?.set(name, isDirectory);
    if (!isDirectory) return;
    parent = parent === '' ? name : `${parent}/${name}`;
    if (!directories.has(parent)) directories.set(parent, new Map());
  });
}

/** `path` seen from `directory`, normalized; undefined when it climbs out of the tree or is absolute. */
export function joinPath(directory: string, path: string): string | undefined {
  if (path.startsWith('/')) return undefined;
  const parts = directory === '' ? [] : directory.split('/');
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
