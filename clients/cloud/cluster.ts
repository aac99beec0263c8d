import { CloudError } from './errors.ts';
import type { Expiring } from './token-cache.ts';

export type ClusterProvider = 'aws' | 'azure' | 'gcp' | 'generic';

/** Which cluster, and who asks for it: the ConfigMap that `spec.kubeConfig.configMapRef` names. */
export interface ClusterParameters {
  provider: ClusterProvider;
  /** As the provider calls it. */
  cluster?: string;
  address?: string;
  /** PEM. */
  ca?: string;
  audiences: string[];
  serviceAccountName?: string;
}

/** Where an API server is. */
export interface ClusterPlace {
  address: string;
  /** PEM; without it the authorities of the system. */
  ca?: string;
}

/** How to get into a cluster, until the token expires. */
export interface ClusterAccess extends ClusterPlace, Expiring {
  token: string;
}

const providers: readonly string[] = ['aws', 'azure', 'gcp', 'generic'] satisfies ClusterProvider[];

/**
 * The data of that ConfigMap. Throws CloudError, which names the key: `provider` is required; `cluster` too, unless
 * address and CA are given, and for aws always, for it names the region; `address` is for generic.
 */
export function parseClusterParameters(data: Record<string, string>): ClusterParameters {
  const provider = data.provider ?? '';
  // Flux says it so of a provider that does not exist (fluxcd/pkg auth/utils); all four that do are there.
  if (!isProvider(provider))
    throw new CloudError(`provider '${provider}' not implemented: it must be one of ${providers.join(', ')}`);
  const { cluster, address, 'ca.crt': ca, serviceAccountName } = data;
  if (serviceAccountName === '')
    throw new CloudError('serviceAccountName is empty: name a ServiceAccount, or leave it out');
  if (provider === 'generic' && !address)
    throw new CloudError('address is required with the provider generic');
  if (provider !== 'generic' && !cluster && (provider === 'aws' || !address || !ca))
    throw new CloudError(
      `cluster is required with the provider ${provider}${provider === 'aws' ? '' : ', unless address and ca.crt are set'}`,
    );
  const audiences = (data.audiences ?? '').split('\n').map(line => line.trim());
  return {
    provider,
    ...(cluster ? { cluster } : {}),
    ...(address ? { address } : {}),
    ...(ca ? { ca } : {}),
    audiences: audiences.filter(line => line !== ''),
    ...(serviceAccountName ? { serviceAccountName } : {}),
  };
}

function isProvider(name: string): name is ClusterProvider {
  return providers.includes(name);
}

/** `https://host:port`, in lower case; https and its port if they are not said. Throws CloudError. */
export function canonicalAddress(address: string): string {
  const url = address.includes('://') ? address : `https://${address}`;
  if (!URL.canParse(url)) throw new CloudError(`${address} is no address of an API server`);
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== 'https:')
    throw new CloudError(`${address} is no address of an API server: it must be https`);
  return `https://${hostname}:${port || '443'}`;
}
