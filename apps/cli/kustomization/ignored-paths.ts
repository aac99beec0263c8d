import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ignoreFile, ignores } from '@millrace/artifact';

/**
 * Which files and folders a build leaves out, by their path in the disk's tree: what no artifact has, what the
 * .sourceignore files in the folder and below it say, and what `--ignore-paths` says.
 */
export function ignoredPaths(folder: string, extra: readonly string[]): (path: string) => boolean {
  const files = Object.fromEntries(ignoreFilesIn(folder, ''));
  const isIgnored = ignores({ files, spec: extra.join('\n'), defaults: 'always' });
  return path => {
    const full = join('/', path);
    const place = relative(folder, full);
    // Rules hold for the folder that they stand in.
    if (place === '' || place.startsWith('..')) return false;
    return isIgnored(statSync(full, { throwIfNoEntry: false })?.isDirectory() ? `${place}/` : place);
  };
}

function* ignoreFilesIn(root: string, folder: string): Generator<[path: string, text: string]> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (isSearched(entry)) yield* ignoreFilesIn(root, path);
    else if (entry.isFile() && entry.name === ignoreFile)
      yield [path, readFileSync(join(root, path), 'utf8')];
  }
}

const isSearched = (entry: Dirent) => entry.isDirectory() && entry.name !== '.git';
