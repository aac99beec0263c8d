import { parseEcrHost } from './aws/registry-host.ts';
import { acrLogin, cloudOfRegistry } from './azure/registry.ts';
import { CloudError, failure } from './errors.ts';
import { googleRegistryLogin, requireGoogleRegistry } from './google/registry.ts';
import type { Ground, Identities } from './identities.ts';
import type { Principal } from './principal.ts';
import type { CloudProvider, RegistryLogin } from './registry.ts';

/** A login at the registry of a repository. Throws CloudError for hosts that are none of the provider's. */
export async function registryLogin(
  identities: Identities,
  on: Ground,
  provider: CloudProvider,
  repository: string,
  who: Principal,
  signal: AbortSignal | undefined,
): Promise<RegistryLogin> {
  const host = hostOf(repository);
  if (provider === 'aws') {
    const ecr = parseEcrHost(host);
    const credentials = await identities.awsCredentials(who, { region: ecr.region }, signal);
    const make = async (flight: AbortSignal) => {
      const { ecrLogin } = await import('./aws/registry.ts');
      return ecrLogin(ecr, credentials, on.http, flight).catch(cause => {
        flight.throwIfAborted();
        throw failure(`${host} gives no login`, cause, [
          credentials.secretAccessKey,
          credentials.sessionToken,
        ]);
      });
    };
    return on.cache.get(['ecr', ecr, credentials], make, signal);
  }
  if (provider === 'azure') {
    const { registryScope } = cloudOfRegistry(host);
    const { token } = await identities.azureToken(who, registryScope, signal);
    return on.cache.get(['acr', host, token], flight => acrLogin(host, token, on.http, flight), signal);
  }
  requireGoogleRegistry(host);
  return googleRegistryLogin(await identities.googleToken(who, signal));
}

function hostOf(repository: string): string {
  const host = repository
    .replace(/^oci:\/\//, '')
    .split('/', 1)[0]!
    .toLowerCase();
  if (!host) throw new CloudError(`${JSON.stringify(repository)} names no registry`);
  return host;
}
