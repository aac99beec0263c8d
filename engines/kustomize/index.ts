export { type BuildInput, type BuildOptions, type BuildResult, build } from './build.ts';
export { BuildError } from './build-error.ts';
export { type DirectoryEntry, type FileTree, treeOf, withFiles } from './file-tree.ts';
export { generateKustomization, type Ignore } from './generate-kustomization.ts';
export { type LabelSelector, parseLabelSelector } from './label-selector.ts';
export { isRemote, type LoadRestrictor, type RemoteBase, type RemoteLoader } from './loader.ts';
export { render, renderFiles } from './render.ts';
export { type ObjectSelector, selects } from './selector.ts';
