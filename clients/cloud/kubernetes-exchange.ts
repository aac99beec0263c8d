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
      const own = await ownToken(ownTokenFile);
      requireForeign(audiences, claimsOf(own, ownTokenFile).audiences);
      const self = serviceAccountIn(own, ownTokenFile);
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

async function ownToken(file: string): Promise<string> {
  const token = await readFile(file, 'utf8').catch(cause => {
    throw failure('the token of the Pod cannot be read', cause);
  });
  return token.trim();
}

/** What takes a token of the controller for the controller itself: the clouds, beside this cluster's own API server. */
const exchanges =
  /^(?:sts\.amazonaws\.com|api:\/\/AzureADTokenExchange.*|.*\.svc\.id\.goog|\/\/iam\.googleapis\.com\/.*)$/;

/**
 * The object of a tenant says for whom a token of the controller is, and where it is sent: it must not be one that makes
 * its receiver the controller, here or in a cloud. Throws CloudError.
 */
function requireForeign(audiences: readonly string[], own: readonly string[]): void {
  const given =
    audiences.length === 0 ? 'this cluster' : audiences.find(one => own.includes(one) || exchanges.test(one));
  if (given)
    throw new CloudError(
      `a token for ${given} would make who gets it the controller: name a ServiceAccount instead`,
    );
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
