export { type Artifacts, type ArtifactsOptions, openArtifacts } from './artifacts.ts';
export { type ArtifactRef, downloadArtifact, downloadUnverified, overHttp, type Reach } from './download.ts';
export * from './files/index.ts';
export { type KeepOptions, type Kept, keepArtifacts } from './kept.ts';
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
