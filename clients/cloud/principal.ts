import { CloudError } from './errors.ts';

/** A ServiceAccount in the cluster that the controllers run in. */
export interface ServiceAccountRef {
  namespace: string;
  name: string;
}

/** A ServiceAccount, and who is to accept its token. */
export interface ServiceAccountPrincipal extends ServiceAccountRef {
  /** Audiences of the ServiceAccount's token, in place of those that the provider expects. */
  audiences?: readonly string[];
}

/**
 * Who asks a cloud: the controller by what the environment gives it, or a ServiceAccount whose token is exchanged.
 * There is no default: nothing that a tenant's object says, or leaves out, makes it the controller.
 */
export type Principal = 'controller' | ServiceAccountPrincipal;

/** What the flags of a controller say of the identities of objects. */
export interface IdentityRules {
  /** --feature-gates=ObjectLevelWorkloadIdentity. */
  objectLevelIdentity: boolean;
  /** --default-service-account: who asks, with that gate, where the object names nobody. */
  defaultServiceAccount?: string | undefined;
}

/** Who asks for an object of a namespace that names a ServiceAccount of it, or nobody (fluxcd/pkg, auth). */
export function principalOf(
  namespace: string,
  serviceAccountName: string | undefined,
  { objectLevelIdentity, defaultServiceAccount }: IdentityRules,
): Principal {
  const name = serviceAccountName || (objectLevelIdentity ? defaultServiceAccount : undefined);
  return name ? { namespace, name } : 'controller';
}

/** The Kubernetes part, which the caller gives. */
export interface ServiceAccounts {
  /** Throws if there is no such ServiceAccount. The answer is kept for two seconds, in which many requests may be made. */
  annotations(of: ServiceAccountRef, signal?: AbortSignal): Promise<Record<string, string>>;
  /** The TokenRequest API; no audiences means those of the API server. */
  token(of: ServiceAccountRef, audiences: readonly string[], signal?: AbortSignal): Promise<string>;
}

/** RFC 1123 subdomains, as Kubernetes names ServiceAccounts. */
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** An empty or odd name is nobody's, and never the controller's. Throws CloudError. */
export function requireServiceAccount({ namespace, name }: ServiceAccountRef): void {
  for (const part of [namespace, name]) {
    if (typeof part !== 'string' || part.length > 253 || !subdomain.test(part))
      throw new CloudError(`${JSON.stringify(`${namespace}/${name}`)} is no name of a ServiceAccount`);
  }
}
