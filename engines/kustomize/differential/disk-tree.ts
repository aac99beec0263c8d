import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FileTree } from '../index.ts';

/** A directory of the disk as a tree; links are followed, as the real program does. */
export function diskTree(root: string): FileTree {
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
  };
}
