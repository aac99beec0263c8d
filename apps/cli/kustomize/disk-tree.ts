import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FileTree } from '@millrace/kustomize';

/** The whole disk as a tree: a kustomization may have bases anywhere. Paths are absolute, without the first slash. */
export const diskTree: FileTree = {
  read(path) {
    const full = join('/', path);
    return statSync(full, { throwIfNoEntry: false })?.isFile() ? readFileSync(full) : undefined;
  },
  list(directory) {
    const full = join('/', directory);
    if (!statSync(full, { throwIfNoEntry: false })?.isDirectory()) return undefined;
    return readdirSync(full).map(name => ({
      name,
      directory: statSync(join(full, name), { throwIfNoEntry: false })?.isDirectory() ?? false,
    }));
  },
  resolve: path => realpathSync(join('/', path)).slice(1),
};
