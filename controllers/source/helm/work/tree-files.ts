import { posix } from 'node:path';
import type { ArtifactTree } from '@millrace/artifact/files';
import { type ChartFile, readIgnoreRules } from '@millrace/helm';

/** As in Flux, `..` beyond the root of the artifact stays at the root. */
export function inRoot(path: string): string {
  return posix.join('/', path).slice(1);
}

/** Files that one chart may have: links can make many of few. */
const mostFiles = 100_000;
const mostDepth = 100;

/**
 * The files of a chart's folder that its .helmignore leaves in, named from there; links are followed inside the
 * artifact. Throws an error for one that is larger than `limit` bytes.
 */
export function chartFilesIn(tree: ArtifactTree, folder: string, limit: number): ChartFile[] {
  const files: ChartFile[] = [];
  const rules = tree.read(within(folder, '.helmignore'));
  const ignores = readIgnoreRules(rules ? Buffer.from(rules).toString('latin1') : '');
  const walk = (path: string, inChart: string, depth: number) => {
    if (depth > mostDepth) throw new Error(`${path} is more than ${mostDepth} folders deep`);
    for (const { name, directory } of tree.list(path) ?? []) {
      const [at, below] = [within(path, name), within(inChart, name)];
      const data = directory ? undefined : tree.read(at);
      if (ignores(below, data === undefined)) continue;
      if (data === undefined) {
        walk(at, below, depth + 1);
        continue;
      }
      if (data.byteLength > limit) throw new Error(`size of '${below}' exceeds '${limit}' bytes limit`);
      files.push({ name: below, data });
      if (files.length > mostFiles) throw new Error(`${folder} has more than ${mostFiles} files`);
    }
  };
  walk(folder, '', 0);
  return files;
}

const within = (folder: string, name: string) => (folder === '' ? name : `${folder}/${name}`);
