import { readFile } from 'node:fs/promises';
import { CloudError, failure } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { claimsOf } from './jwt.ts';
import { requireServiceAccount, type ServiceAccountRef, type ServiceAccounts } from './principal.ts';
import type { AccessToken } from './token.ts';

const tokenOfThePod = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Between clusters there is nothing to exchange: the other one trusts the issuer of this one. */
export function kubernetesExchange(
  audiences: readonly string[],
  serviceAccounts: ServiceAccounts | undefined,
  ownTokenFile = tokenOfThePod,
): Exchange<null, AccessToken> {
  return {
    provider: 'Kubernetes',
    purpose: [audiences],
    async ambient(signal) {
      if (!serviceAccounts) throw new CloudError('there is no cluster that could issue one');
      const self = await serviceAccountOf(ownTokenFile);
      return accessToken(await serviceAccounts.token(self, audiences, signal));
    },
    identity: () => null,
    audiences: async () => audiences,
    exchange: async token => accessToken(token),
  };
}

function accessToken(token: string): AccessToken {
  return { token, expires: claimsOf(token, 'what the API server issued').expires };
}

/** Whose token the file holds. */
async function serviceAccountOf(file: string): Promise<ServiceAccountRef> {
  const token = await readFile(file, 'utf8').catch(cause => {
    throw failure('the token of the Pod cannot be read', cause);
  });
  return serviceAccountIn(token.trim(), file);
}

/** The subject of a ServiceAccount's token. Throws CloudError if it is somebody else's. */
export function serviceAccountIn(token: string, what: string): ServiceAccountRef {
  const [system, kind, namespace, name, ...rest] = (claimsOf(token, what).subject ?? '').split(':');
  if (system !== 'system' || kind !== 'serviceaccount' || !namespace || !name || rest.length > 0)
    throw new CloudError(`${what} is no token of a ServiceAccount`);
  const account = { namespace, name };
  requireServiceAccount(account);
  return account;
}
