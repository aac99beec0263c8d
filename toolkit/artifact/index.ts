export { type ArchiveFile, digestOf, type Files, packArchive, unpackArchive } from './archive.ts';
export { type ArtifactRef, downloadArtifact } from './download.ts';
export { type IgnoreRules, ignoreFile, ignores } from './ignore.ts';
export { ArtifactError, defaultLimits, type Limits } from './limits.ts';
export { type ArtifactServer, serveArtifacts } from './server.ts';
export { artifactStorage, type Owner, type Storage, type Stored } from './storage.ts';
