import { parseEksCluster } from './aws/cluster-name.ts';
import { ambientCloud } from './azure/clouds.ts';
import { aksScope, describeAks } from './azure/cluster.ts';
import {
  type ClusterAccess,
  type ClusterParameters,
  type ClusterPlace,
  canonicalAddress,
} from './cluster.ts';
import { CloudError, failure } from './errors.ts';
import { describeGke } from './google/cluster.ts';
import type { Ground, Identities } from './identities.ts';
import type { Principal } from './principal.ts';
import type { AccessToken } from './token.ts';

/** How one provider tells where a cluster is and lets somebody in. */
interface Way {
  token(): Promise<AccessToken>;
  describe(): Promise<ClusterPlace>;
}

/** Where the cluster is, by the parameters or else by its provider, and a token for it. Throws CloudError. */
export async function clusterAccess(
  identities: Identities,
  on: Ground,
  parameters: ClusterParameters,
  who: Principal,
  signal: AbortSignal | undefined,
): Promise<ClusterAccess> {
  const { audiences } = parameters;
  const principal = who === 'controller' || audiences.length === 0 ? who : { ...who, audiences };
  const { provider } = parameters;
  if (provider === 'generic') return genericAccess(identities, parameters, principal, signal);
  const way = ways[provider]({ identities, on, parameters, who: principal, signal });
  const { token, expires } = await way.token();
  const given = { address: parameters.address, ca: parameters.ca };
  const known = given.address && given.ca ? undefined : await way.describe();
  const ca = given.ca ?? known?.ca;
  const address = secureAddress(given.address ?? known?.address ?? '');
  return { address, ...(ca ? { ca } : {}), token, expires };
}

async function genericAccess(
  identities: Identities,
  { address = '', ca, audiences }: ClusterParameters,
  who: Principal,
  signal: AbortSignal | undefined,
): Promise<ClusterAccess> {
  const place = { address: canonicalAddress(address), ...(ca ? { ca } : {}) };
  const access = await identities.kubernetesToken(who, audiences.length > 0 ? audiences : [address], signal);
  return { ...place, token: access.token, expires: access.expires };
}

/** What every way needs. */
interface Journey {
  identities: Identities;
  on: Ground;
  parameters: ClusterParameters;
  who: Principal;
  signal: AbortSignal | undefined;
}

const ways = { aws: wayToEks, azure: wayToAks, gcp: wayToGke };

function wayToEks(journey: Journey): Way {
  const { identities, on, who, signal } = journey;
  const { cluster = '' } = journey.parameters;
  const eks = parseEksCluster(cluster);
  const load = () => import('./aws/cluster.ts');
  const credentials = () => identities.awsCredentials(who, { region: eks.region }, signal);
  return {
    async token() {
      const [{ eksToken }, keys] = [await load(), await credentials()];
      return on.cache.get(['eks', cluster, keys], () => eksToken(eks, keys, on.now()), signal);
    },
    async describe() {
      const [{ describeEks }, keys] = [await load(), await credentials()];
      const secrets = [keys.secretAccessKey, keys.sessionToken];
      return placeOf(journey, keys, secrets, flight => describeEks(eks, keys, on.http, flight));
    },
  };
}

function wayToAks(journey: Journey): Way {
  const { identities, on, who, signal } = journey;
  const { cluster = '', address } = journey.parameters;
  return {
    token: () => identities.azureToken(who, aksScope, signal),
    async describe() {
      const azure = ambientCloud();
      const { token } = await identities.azureToken(who, `${azure.audience}/.default`, signal);
      return placeOf(journey, token, [token], flight =>
        describeAks(cluster, address, azure, token, on.http, flight),
      );
    },
  };
}

function wayToGke(journey: Journey): Way {
  const { identities, on, who, signal } = journey;
  const { cluster = '' } = journey.parameters;
  return {
    token: () => identities.googleToken(who, signal),
    async describe() {
      const { token } = await identities.googleToken(who, signal);
      return placeOf(journey, token, [token], flight => describeGke(cluster, token, on.http, flight));
    },
  };
}

/** Where a cluster is hardly changes, but may: it is asked for again with each new token. */
async function placeOf(
  { parameters: { provider, cluster, address }, on, signal }: Journey,
  token: unknown,
  secrets: (string | undefined)[],
  describe: (flight: AbortSignal) => Promise<ClusterPlace>,
): Promise<ClusterPlace> {
  const make = async (flight: AbortSignal) => ({
    ...(await describe(flight)),
    expires: new Date(on.now().getTime() + placeKnown),
  });
  try {
    return await on.cache.get(['place', provider, cluster, address, token], make, signal);
  } catch (cause) {
    signal?.throwIfAborted();
    throw failure(`the cluster ${cluster} cannot be described`, cause, secrets);
  }
}

const placeKnown = 15 * 60_000;

/** A token is for https only. What says no scheme means it: GKE gives an address alone. */
function secureAddress(address: string): string {
  const url = address.includes('://') ? address : `https://${address}`;
  if (!URL.canParse(url) || new URL(url).protocol !== 'https:')
    throw new CloudError(`${JSON.stringify(address)} is no address of an API server: it must be https`);
  return url.replace(/\/$/, '');
}
