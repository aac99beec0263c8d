export { type Digest, isDigest } from './digest.ts';
export { InvalidDockerConfig, loginFor, parseDockerConfig, type RegistryLogins } from './docker-config.ts';
export { RegistryError, type RegistryFailure } from './errors.ts';
export type { Login } from './login.ts';
export { type Descriptor, type Manifest, requireOneImage } from './manifest.ts';
export type { NewBlob, NewManifest } from './push.ts';
export type { Referrer } from './referrers.ts';
export {
  type Document,
  type PushableRegistry,
  type Registry,
  type RegistryOptions,
  registry,
} from './registry.ts';
export { InvalidRepository, parseRepository, type RepositoryName } from './repository-name.ts';
export { type Tokens, tokens } from './tokens.ts';
export { type Ways, ways } from './ways.ts';
