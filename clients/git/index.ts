export { GitError, type GitFailure, withoutCredentials } from './errors.ts';
export { type HttpCredentials, listReferences, type References, type Remote } from './remote.ts';
export { localRepository, type Repository, type TreeEntry } from './repository.ts';
export { configuration, type GitCommand, git } from './run.ts';
