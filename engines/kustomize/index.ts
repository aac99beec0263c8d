export { type BuildInput, type BuildOptions, type BuildResult, build, render } from './build.ts';
export { BuildError } from './build-error.ts';
export { type DirectoryEntry, type FileTree, treeOf, withFiles } from './file-tree.ts';
export { generateKustomization, type Ignore } from './generate-kustomization.ts';
export type { LoadRestrictor, RemoteBase, RemoteLoader } from './loader.ts';
