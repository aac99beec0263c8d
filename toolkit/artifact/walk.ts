/**
 * The order in which Go's filepath.Walk comes by: a folder before what lies in it, names by their bytes. Not the order
 * of whole paths: `a/b` comes before `a.txt`.
 */
export function inOrderOfWalk<T extends { path: string }>(entries: T[]): T[] {
  return entries
    .map(entry => ({ entry, key: keyOf(entry.path) }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
    .map(({ entry }) => entry);
}

export function isBefore(path: string, other: string): boolean {
  return Buffer.compare(keyOf(path), keyOf(other)) < 0;
}

/** All folders that these paths lie in, the root not among them, in the order of a walk. */
export function foldersOf(paths: string[]): string[] {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return inOrderOfWalk([...folders].map(path => ({ path }))).map(({ path }) => path);
}

/** A slash counts less than all that a name can hold. */
function keyOf(path: string): Buffer {
  return Buffer.from(path.replaceAll('/', '\0'));
}
