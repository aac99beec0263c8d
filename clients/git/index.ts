export type { GitProxy, HttpCredentials } from './credentials.ts';
export { GitError, type GitFailure } from './errors.ts';
export { isInHistory } from './history.ts';
export type { Push } from './push.ts';
export {
  listReferences,
  type References,
  type Remote,
} from './remote.ts';
export { type FileContent, localRepository, type Repository } from './repository.ts';
export { type GitCommand, git, type Setting } from './run.ts';
export { InvalidIdentity, isEncrypted, openIdentity } from './ssh/identity.ts';
export {
  type Curve,
  type KeyAlgorithm,
  type KeyPair,
  keyPairOf,
  newKeyPair,
  scanHostKey,
} from './ssh/key-pair.ts';
export type { AgentCredentials, SshAlgorithms, SshCredentials } from './ssh/session.ts';
export { type Submodule, submodulesIn, submoduleUrl } from './submodules.ts';
export type { TreeEntry } from './tree-entry.ts';
export type { FileChange, NewCommit } from './write-commit.ts';
