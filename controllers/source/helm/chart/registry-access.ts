import type { HelmRepository } from '@millrace/api';
import type { CloudProvider } from '@millrace/cloud';
import { type References, Stalled } from '@millrace/controller';
import { readNamed, textIn, tlsIn, unusable } from '@millrace/controller/secrets';
import { type KubeObject, keyOf } from '@millrace/kube';
import {
  InvalidDockerConfig,
  InvalidRepository,
  loginFor,
  parseDockerConfig,
  parseRepository,
  type RegistryOptions,
} from '@millrace/oci';

/** How a registry is reached, and which cloud is asked for a login, under the controller's own identity. */
export type RegistryAccess = Omit<RegistryOptions, 'tokens' | 'ways'> & { provider?: CloudProvider };

/**
 * How the registry of a HelmRepository of type oci is reached: its Secret has a Docker config, or username and password.
 * Throws Parked and Failed as accessOf.
 */
export async function registryAccessOf(
  { url, secretRef, certSecretRef, insecure, provider }: HelmRepository['spec'],
  owner: KubeObject,
  references: References,
): Promise<RegistryAccess> {
  const read = (purpose: string, ref: { name: string } | undefined) =>
    readNamed(owner, references, `${purpose} of ${url}`, 'Secret', ref ? [ref.name] : []);
  const [secret] = await read('credentials', secretRef);
  const [certificates] = await read('certificates', certSecretRef);
  return {
    login: secret && loginIn(secret, url),
    ...(provider && provider !== 'generic' && !secretRef ? { provider } : {}),
    ...(insecure ? { insecure } : {}),
    ...(certificates ? { tls: tlsIn(certificates) } : {}),
  };
}

function loginIn(secret: KubeObject, url: string): RegistryOptions['login'] {
  const config = textIn(secret, '.dockerconfigjson');
  if (config !== undefined) return loginInConfig(config, secret, url);
  const [username, password] = [textIn(secret, 'username'), textIn(secret, 'password')];
  if (username !== undefined && password !== undefined) return { username, password };
  throw unusable(
    `secret '${keyOf(secret.metadata)}' has neither username and password nor .dockerconfigjson`,
  );
}

function loginInConfig(config: string, secret: KubeObject, url: string): RegistryOptions['login'] {
  try {
    return loginFor(parseDockerConfig(config), registryOf(url));
  } catch (error) {
    if (!(error instanceof InvalidDockerConfig)) throw error;
    throw unusable(`secret '${keyOf(secret.metadata)}' is no Docker config: ${error.message}`);
  }
}

/** Logins are for a registry, or for a path in it; the repository is one above those of its charts. */
function registryOf(url: string) {
  const place = url.slice('oci://'.length).replace(/(?<!\/)\/+$/, '');
  try {
    return parseRepository(place.includes('/') ? place : `${place}/charts`);
  } catch (error) {
    if (!(error instanceof InvalidRepository)) throw error;
    throw new Stalled('URLInvalid', `invalid Helm repository URL: ${error.message}`);
  }
}
