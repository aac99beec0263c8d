import type { Connection } from './kubeconfig.ts';

/** Where an API server is, and what it takes for a while. */
export interface RemoteAccess {
  /** https; without a trailing slash. */
  address: string;
  /** PEM; without it the authorities of the system. */
  ca?: string;
  token: string;
}

/**
 * A connection to a cluster whose tokens expire: `access` is asked before every request, as Flux does it, and should
 * answer from what it keeps. Where the cluster is does not change: who is told another address connects anew.
 */
export async function remoteConnection(
  name: string,
  access: () => Promise<RemoteAccess>,
): Promise<Connection> {
  const { address, ca } = await access();
  return {
    server: address,
    ...(ca ? { ca } : {}),
    insecureSkipVerify: false,
    namespace: 'default',
    contextName: name,
    credentials: { headers: async () => ({ authorization: `Bearer ${(await access()).token}` }) },
  };
}
