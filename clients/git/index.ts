export { GitError, type GitFailure } from './errors.ts';
export { type HttpCredentials, listReferences, type References, type Remote } from './remote.ts';
export { type FileContent, localRepository, type Repository, type TreeEntry } from './repository.ts';
export { type GitCommand, git, type Setting } from './run.ts';
