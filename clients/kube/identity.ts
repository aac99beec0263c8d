/** Another user in whose name a request is made; whoever makes it must be allowed to impersonate. */
export interface Impersonation {
  user: string;
  groups?: string[];
}

/**
 * In whose name a request is made: `own` is that of the connection, and is said out loud. There is no default: what
 * is done for a tenant must not be done with more rights because somebody forgot to say for whom.
 */
export type Identity = 'own' | Impersonation;

/** A name that is nobody's. It is refused, for an API server reads an empty user as no impersonation at all. */
export class InvalidIdentity extends Error {
  override readonly name = 'InvalidIdentity';
}

/** RFC 1123 subdomains, as Kubernetes names service accounts; namespaces are labels, and so subdomains too. */
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Throws InvalidIdentity for a name or a namespace that no service account can have, blanks among them. */
export function serviceAccount(namespace: string, name: string): Impersonation {
  for (const part of [namespace, name]) {
    if (part.length > 253 || !subdomain.test(part))
      throw new InvalidIdentity(`${JSON.stringify(name)} is no name of a service account`);
  }
  return { user: `system:serviceaccount:${namespace}:${name}` };
}

/** The headers by which a request is made in somebody's name. Throws InvalidIdentity. */
export function identityHeaders(as: Identity): Record<string, string | string[]> {
  if (as === 'own') return {};
  for (const name of [as.user, ...(as.groups ?? [])]) {
    // Blanks around a header's value are lost on the way: the name would become another one, or none.
    if (name === '' || name !== name.trim() || /[^\x20-\x7e]/.test(name))
      throw new InvalidIdentity(`${JSON.stringify(name)} is no name of a user or a group`);
  }
  return { 'impersonate-user': as.user, ...(as.groups?.length ? { 'impersonate-group': as.groups } : {}) };
}
