export { type Artifacts, type ArtifactsOptions, openArtifacts } from './artifacts.ts';
export { type Algorithm, algorithmOf, digestOf, digestOfFile, hashBy } from './digest.ts';
export { type ArtifactRef, downloadArtifact, downloadUnverified, overHttp, type Reach } from './download.ts';
export { type FileEntry, type FileTree, fileTreeOf } from './file-tree.ts';
export { type IgnoreRules, ignoreFile, ignores } from './ignore.ts';
export { type KeepOptions, type Kept, keepArtifacts } from './kept.ts';
export { ArtifactError, ArtifactUnavailable, defaultLimits, type Limits } from './limits.ts';
export { type ArchiveEntry, type ArchiveFile, compressArchive, packArchive, writeArchive } from './pack.ts';
export { makeFolder, type Place, type Placed, temporaryOf, type Written, writeAt } from './place.ts';
export { type ArtifactServer, type ArtifactServerOptions, serveArtifacts } from './server.ts';
export {
  artifactStorage,
  type Link,
  type Owner,
  type Retention,
  type Storage,
  type StorageOptions,
  type Stored,
} from './storage.ts';
export { type ArtifactTree, artifactTree, type SharedTree } from './tree.ts';
export { unpackTree } from './unpack.ts';
export { type Archive, openUnpacked, piecesOf, small, type Unpacked, withUnpacked } from './unpacked.ts';
export { foldersOf, inOrderOfWalk } from './walk.ts';
