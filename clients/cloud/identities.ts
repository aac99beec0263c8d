import { type AwsPurpose, awsExchange, isRole } from './aws/exchange.ts';
import type { AwsCredentials, AwsKeys } from './aws/keys.ts';
import { requireRegion } from './aws/region.ts';
import { azureExchange } from './azure/exchange.ts';
import type { AzureLogin } from './azure/login.ts';
import { CloudError, failure } from './errors.ts';
import { type Exchanges, tokenFor } from './exchange.ts';
import { googleExchange } from './google/exchange.ts';
import { gkeMetadata } from './google/gke-metadata.ts';
import type { GoogleKey } from './google/key.ts';
import type { Http } from './http.ts';
import { never } from './jwt.ts';
import { kubernetesExchange } from './kubernetes-exchange.ts';
import type { Principal } from './principal.ts';
import type { AccessToken } from './token.ts';

/** Tokens by who asks: the controller, a ServiceAccount, or whoever holds a Secret's keys. */
export interface Identities {
  /** Credentials of AWS, as its SDK takes them; of another role, if one is to be assumed by them. */
  awsCredentials(
    who: Principal | AwsKeys,
    purpose: AwsPurpose & { role?: string | undefined },
    signal?: AbortSignal,
  ): Promise<AwsCredentials>;
  azureToken(who: Principal | AzureLogin, scope: string, signal?: AbortSignal): Promise<AccessToken>;
  googleToken(who: Principal | GoogleKey, signal?: AbortSignal): Promise<AccessToken>;
  /** A token of the ServiceAccount itself, or of the controller's, for whoever trusts this cluster. */
  kubernetesToken(who: Principal, audiences: readonly string[], signal?: AbortSignal): Promise<AccessToken>;
}

/** What the parts of a cloud stand on. */
export interface Ground extends Exchanges {
  http: Http;
  ownTokenFile: string | undefined;
}

export function identities(on: Ground): Identities {
  const gke = gkeMetadata(on.http);
  const self: Identities = {
    async awsCredentials(who, { role, ...purpose }, signal) {
      if (role !== undefined) return assumeRole(self, on, who, role, purpose, signal);
      if (isPrincipal(who)) return tokenFor(on, awsExchange(purpose, on.http), who, signal);
      return staticCredentials(who);
    },
    async azureToken(who, scope, signal) {
      if (isPrincipal(who)) return tokenFor(on, azureExchange(scope, on.http), who, signal);
      return on.cache.get(
        ['azure login', who, scope],
        flight => azureLogin(who, scope, on.http, flight),
        signal,
      );
    },
    async googleToken(who, signal) {
      if (isPrincipal(who)) return tokenFor(on, googleExchange(gke, on.http), who, signal);
      return on.cache.get(['google key', who], flight => googleKey(who, on.http, flight), signal);
    },
    async kubernetesToken(who, audiences, signal) {
      const how = kubernetesExchange(audiences, on.serviceAccounts, on.ownTokenFile);
      return tokenFor(on, how, who, signal);
    },
  };
  return self;
}

function isPrincipal(who: Principal | object): who is Principal {
  return who === 'controller' || (typeof who === 'object' && 'namespace' in who);
}

function staticCredentials(keys: AwsKeys): AwsCredentials {
  if (!keys.accessKeyId || !keys.secretAccessKey)
    throw new CloudError('the access key of AWS is not complete: it needs an identifier and a secret');
  return { ...keys, expires: never };
}

async function assumeRole(
  self: Identities,
  on: Ground,
  who: Principal | AwsKeys,
  role: string,
  purpose: AwsPurpose,
  signal: AbortSignal | undefined,
): Promise<AwsCredentials> {
  if (!isRole(role))
    throw new CloudError(`${JSON.stringify(role)} is no role of AWS: arn:aws:iam::<account>:role/<name> is`);
  const region = requireRegion(purpose.region ?? '');
  const own = await self.awsCredentials(who, purpose, signal);
  const make = async (flight: AbortSignal) => {
    const { assumedRole } = await import('./aws/credentials.ts');
    const sts = { region, endpoint: purpose.stsEndpoint };
    return assumedRole(own, role, sts, on.http).catch(cause => {
      flight.throwIfAborted();
      throw failure(`AWS does not let ${role} be assumed`, cause, [own.secretAccessKey, own.sessionToken]);
    });
  };
  return on.cache.get(['role', own, role, region, purpose.stsEndpoint], make, signal);
}

async function azureLogin(
  login: AzureLogin,
  scope: string,
  ask: Http,
  signal: AbortSignal,
): Promise<AccessToken> {
  const { loginToken } = await import('./azure/credentials.ts');
  const secrets = Object.entries(login).flatMap(([name, value]) =>
    typeof value === 'string' && /Secret|Certificate/.test(name) ? [value] : [],
  );
  return loginToken(login, scope, ask, signal).catch(cause => {
    signal.throwIfAborted();
    throw failure(`Azure gives no token to ${login.clientId}`, cause, secrets);
  });
}

async function googleKey(key: GoogleKey, ask: Http, signal: AbortSignal): Promise<AccessToken> {
  const { keyToken } = await import('./google/credentials.ts');
  const [name, secrets] =
    key.type === 'service_account'
      ? [key.email, [key.privateKey]]
      : [key.clientId, [key.clientSecret, key.refreshToken]];
  return keyToken(key, ask).catch(cause => {
    signal.throwIfAborted();
    throw failure(`Google gives no token to ${name}`, cause, secrets);
  });
}
