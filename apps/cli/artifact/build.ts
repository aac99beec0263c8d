import { copyFile } from 'node:fs/promises';
import { tell } from '../output/print.ts';
import { withInput } from './input.ts';
import { makeLayer } from './layer.ts';

export interface BuildOptions {
  path?: string;
  output: string;
  ignorePaths: string[];
  resolveSymlinks?: boolean;
}

/** `build artifact`. */
export async function buildArtifact({
  path,
  output,
  ignorePaths,
  resolveSymlinks,
}: BuildOptions): Promise<void> {
  await withInput(path, async from => {
    tell.action(`building artifact from ${from}`);
    const layer = await makeLayer(from, { ignore: ignorePaths, resolveSymlinks });
    try {
      await copyFile(layer.file, output);
    } finally {
      await layer.remove();
    }
    tell.success(`artifact created at ${output}`);
  });
}
