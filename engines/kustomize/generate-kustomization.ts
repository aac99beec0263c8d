import { stringify } from '@millrace/yaml';
import { BuildError } from './build-error.ts';
import { asTree, type FileTree, joinPath } from './file-tree.ts';
import { kustomizationFileNames } from './kustomization.ts';
import { loadResources } from './load-resources.ts';

/** Leaves out files that a source's ignore rules name; `path` is one of the tree. */
export type Ignore = (path: string) => boolean;

/**
 * The kustomization.yaml that Flux generates for a directory without one: every .yaml and .yml file below
 * it, and every sub-directory that has a kustomization file of its own, as a whole. Undefined where there
 * is a kustomization file. Source of the rule: fluxcd/pkg, kustomize, the generator.
 * @throws BuildError for a file that holds anything but Kubernetes objects
 */
export function generateKustomization(
  files: FileTree | Record<string, string | Uint8Array>,
  path: string,
  ignore: Ignore = () => false,
): string | undefined {
  const tree = asTree(files);
  const directory = joinPath('', path);
  if (directory === undefined || tree.list(directory) === undefined) {
    throw new BuildError(`there is no directory ${path}`);
  }
  if (hasKustomization(tree, directory)) return undefined;
  const resources = manifestsBelow(tree, directory, directory, ignore);
  return stringify({
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    // A kustomization without anything in it is refused; Flux gives it a namespace that nothing uses.
    ...(resources.length === 0 ? { namespace: '_placeholder' } : { resources }),
  });
}

function hasKustomization(tree: FileTree, directory: string): boolean {
  return kustomizationFileNames.some(name => tree.read(joinPath(directory, name)!) !== undefined);
}

function manifestsBelow(tree: FileTree, root: string, directory: string, ignore: Ignore): string[] {
  const entries = [...(tree.list(directory) ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap(entry => {
    const path = joinPath(directory, entry.name)!;
    if (entry.directory) {
      return hasKustomization(tree, path) ? [relative(root, path)] : manifestsBelow(tree, root, path, ignore);
    }
    if (!/\.ya?ml$/.test(entry.name) || ignore(path)) return [];
    // Read here so that the error names the file, not the generated kustomization.
    loadResources(new TextDecoder().decode(tree.read(path)), path);
    return [relative(root, path)];
  });
}

function relative(root: string, path: string): string {
  return `./${root === '' ? path : path.slice(root.length + 1)}`;
}
