export { type Artifacts, type ArtifactsOptions, openArtifacts } from './artifacts.ts';
export { digestOf } from './digest.ts';
export { type ArtifactRef, downloadArtifact } from './download.ts';
export { type IgnoreRules, ignoreFile, ignores } from './ignore.ts';
export { ArtifactError, ArtifactUnavailable, defaultLimits, type Limits } from './limits.ts';
export { type ArchiveEntry, type ArchiveFile, compressArchive, packArchive, writeArchive } from './pack.ts';
export { type ArtifactServer, type ArtifactServerOptions, serveArtifacts } from './server.ts';
export {
  artifactStorage,
  type Link,
  type Owner,
  type Storage,
  type Stored,
  type Written,
} from './storage.ts';
export { type ArtifactTree, artifactTree, type SharedTree } from './tree.ts';
export { unpackTree } from './unpack.ts';
export { foldersOf, inOrderOfWalk } from './walk.ts';
