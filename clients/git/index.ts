export type { GitProxy, HttpCredentials } from './credentials.ts';
export { isInHistory } from './history.ts';
export * from './local/index.ts';
export type { Push } from './push.ts';
export {
  listReferences,
  type References,
  type Remote,
} from './remote.ts';
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
