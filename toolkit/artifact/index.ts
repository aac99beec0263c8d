export { digestOf } from './digest.ts';
export { type ArtifactRef, downloadArtifact } from './download.ts';
export { type IgnoreRules, ignoreFile, ignores } from './ignore.ts';
export { ArtifactError, defaultLimits, type Limits } from './limits.ts';
export { type ArchiveFile, packArchive, writeArchive } from './pack.ts';
export { type ArtifactServer, serveArtifacts } from './server.ts';
export { artifactStorage, type Owner, type Storage, type Stored, type Written } from './storage.ts';
export { type Files, unpackArchive } from './unpack.ts';
