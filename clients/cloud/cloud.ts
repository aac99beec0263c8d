import type { ClusterAccess, ClusterParameters } from './cluster.ts';
import { clusterAccess } from './cluster-access.ts';
import type { GitCredentials } from './git.ts';
import { gitCredentials } from './git-credentials.ts';
import { type Http, http } from './http.ts';
import { type Ground, type Identities, identities } from './identities.ts';
import type { Principal, ServiceAccounts } from './principal.ts';
import type { CloudProvider, RegistryLogin } from './registry.ts';
import { registryLogin } from './registry-login.ts';
import { type TokenCache, type TokenCacheOptions, tokenCache } from './token-cache.ts';

export interface CloudOptions {
  /** Of the cluster that the controllers run in; without it only the controller has an identity. */
  serviceAccounts?: ServiceAccounts;
  /** The feature gate ObjectLevelWorkloadIdentity: whether objects may name ServiceAccounts. Off by default. */
  objectLevel?: boolean;
  tokens?: TokenCacheOptions;
  /** Where Kubernetes mounts the token of the Pod itself. */
  ownTokenFile?: string;
  http?: Http;
}

/**
 * Who somebody is at AWS, Azure and Google, and what follows from it. One for the process: it keeps the tokens until
 * shortly before they expire, and asks once at a time for each. Everything throws CloudError, which never holds a
 * secret, or the signal's reason.
 */
export interface Cloud extends Identities {
  /** For the registry of `repository`, a host with or without a path. */
  registryLogin(
    provider: CloudProvider,
    repository: string,
    who: Principal,
    signal?: AbortSignal,
  ): Promise<RegistryLogin>;
  /** For Azure DevOps, or a repository of CodeCommit. */
  gitCredentials(
    provider: 'aws' | 'azure',
    url: string,
    who: Principal,
    signal?: AbortSignal,
  ): Promise<GitCredentials>;
  /** `who` decides alone: `serviceAccountName` among the parameters is for the caller to turn into it. */
  clusterAccess(parameters: ClusterParameters, who: Principal, signal?: AbortSignal): Promise<ClusterAccess>;
  /** Tokens that others derive from these are kept in the same place. */
  readonly tokens: TokenCache;
  /** By which everything here is asked. */
  readonly http: Http;
}

export function cloud(options: CloudOptions = {}): Cloud {
  const now = options.tokens?.now ?? Date.now;
  const on: Ground = {
    cache: tokenCache(options.tokens),
    annotations: tokenCache({ maxSize: 1000, now }),
    serviceAccounts: options.serviceAccounts,
    objectLevel: options.objectLevel ?? false,
    http: options.http ?? http(),
    now: () => new Date(now()),
    ownTokenFile: options.ownTokenFile,
  };
  const tokens = identities(on);
  return {
    ...tokens,
    registryLogin: (provider, repository, who, signal) =>
      registryLogin(tokens, on, provider, repository, who, signal),
    gitCredentials: (provider, url, who, signal) => gitCredentials(tokens, on, provider, url, who, signal),
    clusterAccess: (parameters, who, signal) => clusterAccess(tokens, on, parameters, who, signal),
    tokens: on.cache,
    http: on.http,
  };
}
