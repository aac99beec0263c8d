import { isObject } from '@millrace/json';
import type { KubeClient } from './client.ts';
import { serviceAccount } from './identity.ts';

export interface ServiceAccountName {
  namespace: string;
  name: string;
}

/** ServiceAccounts of one cluster, for who exchanges their tokens: what they say of themselves, and tokens for others. */
export interface ServiceAccountTokens {
  /** Throws ApiError if there is no such ServiceAccount, and InvalidIdentity for a name that none can have. */
  annotations(of: ServiceAccountName, signal?: AbortSignal): Promise<Record<string, string>>;
  /** A token for an hour; without audiences it is for the API server. */
  token(of: ServiceAccountName, audiences: readonly string[], signal?: AbortSignal): Promise<string>;
}

/**
 * Both are asked in the name of the connection, as Flux does it: a tenant's object may name a ServiceAccount of its own
 * namespace, and need not be allowed to make tokens.
 */
export function serviceAccountTokens(client: KubeClient): ServiceAccountTokens {
  return {
    async annotations({ namespace, name }, signal) {
      serviceAccount(namespace, name);
      const ref = { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name };
      return (await client.get(ref, { signal, as: 'own' })).metadata.annotations ?? {};
    },
    async token({ namespace, name }, audiences, signal) {
      serviceAccount(namespace, name);
      const spec = audiences.length > 0 ? { audiences } : {};
      const answer = await client.transport.send({
        method: 'POST',
        path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
        body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec }),
        signal,
      });
      return tokenIn(answer.text, `${namespace}/${name}`);
    },
  };
}

function tokenIn(text: string, name: string): string {
  const answer: unknown = JSON.parse(text);
  const status = isObject(answer) ? answer.status : undefined;
  const token = isObject(status) ? status.token : undefined;
  if (typeof token !== 'string' || token === '')
    throw new Error(`the API server issued no token to ServiceAccount ${name}`);
  return token;
}
