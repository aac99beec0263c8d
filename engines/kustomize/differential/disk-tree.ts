import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { FileTree } from '../index.ts';

/** A directory of the disk as a tree, its links followed. */
export function diskTree(root: string): FileTree {
  const realRoot = realpathSync(root);
  return {
    read(path) {
      const full = join(root, path);
      return statSync(full, { throwIfNoEntry: false })?.isFile() ? readFileSync(full) : undefined;
    },
    list(directory) {
      const full = join(root, directory);
      if (!statSync(full, { throwIfNoEntry: false })?.isDirectory()) return undefined;
      return readdirSync(full).map(name => ({
        name,
        directory: statSync(join(full, name), { throwIfNoEntry: false })?.isDirectory() ?? false,
      }));
    },
    resolve(path) {
      const found = relative(realRoot, realpathSync(join(root, path)));
      return found === '..' || found.startsWith('../') ? undefined : found;
    },
  };
}
