import { CloudError } from '../errors.ts';
import type { RegistryLogin } from '../registry.ts';
import type { AccessToken } from '../token.ts';

/** Artifact Registry, the Container Registry before it, and that of the S3NS cloud in France. */
const registries = [
  /^(?:[a-z0-9-]+\.)*gcr\.io$/,
  /^[a-z0-9-]+-docker\.pkg\.dev$/,
  /^docker\.s3nsregistry\.fr$/,
];

/** Throws CloudError for a host that is no registry of Google: it would be sent a token. */
export function requireGoogleRegistry(host: string): void {
  if (registries.some(registry => registry.test(host))) return;
  throw new CloudError(`${host} is no registry of Google: <location>-docker.pkg.dev and gcr.io are`);
}

/** https://cloud.google.com/artifact-registry/docs/docker/authentication#token */
export function googleRegistryLogin({ token, expires }: AccessToken): RegistryLogin {
  return { username: 'oauth2accesstoken', password: token, expires };
}
