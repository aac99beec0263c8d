/** Copies of repositories on this machine. What goes to remotes is loaded when it is needed: threads that read need none. */
export { GitError, type GitFailure } from '../errors.ts';
export { type FileContent, localRepository, type Repository } from '../repository.ts';
export { type GitCommand, git, type Setting } from '../run.ts';
export { type Submodule, submodulesIn, submoduleUrl } from '../submodules.ts';
export type { TreeEntry } from '../tree-entry.ts';
export type { FileChange, NewCommit } from '../write-commit.ts';
