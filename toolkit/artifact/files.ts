import { ArtifactError, defaultLimits, type Limits } from './limits.ts';
import { type ArtifactTree, artifactTree } from './tree.ts';
import { unpackTree } from './unpack.ts';

/** Files by path. */
export type Files = Record<string, Uint8Array>;

/**
 * All files of a `.tar.gz`, each link as what it points at: a file, or every file of a folder. Links to nothing are left
 * out. Throws ArtifactError.
 */
export async function unpackArchive(bytes: Uint8Array, limits: Limits = defaultLimits): Promise<Files> {
  const tree = artifactTree(await unpackTree(bytes, limits));
  const files: Files = Object.create(null);
  let left = limits.entries;
  for (const path of walk(tree, '')) {
    if (--left < 0)
      throw new ArtifactError(`the links of the archive stand for more than ${limits.entries} files`);
    const content = tree.read(path);
    if (content) files[path] = content;
  }
  return files;
}

function* walk(tree: ArtifactTree, folder: string): Generator<string> {
  for (const { name } of tree.list(folder) ?? []) {
    const path = folder === '' ? name : `${folder}/${name}`;
    yield path;
    yield* walk(tree, path);
  }
}
