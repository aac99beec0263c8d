/** Another user in whose name a request is made; whoever makes it must be allowed to impersonate. */
export interface Impersonation {
  user: string;
  groups?: string[];
  uid?: string;
  /** What an authenticator would have added, by key: `scopes`. */
  extra?: ReadonlyMap<string, readonly string[]>;
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
  const { user, groups = [], uid } = as;
  const extra = extraHeaders(as.extra);
  for (const name of [user, ...groups, ...(uid === undefined ? [] : [uid]), ...Object.values(extra).flat()]) {
    // Blanks around a header's value are lost on the way: the name would become another one, or none.
    if (name === '' || name !== name.trim() || /[^\x20-\x7e]/.test(name))
      throw new InvalidIdentity(`${JSON.stringify(name)} is no name of a user or a group`);
  }
  return {
    'impersonate-user': user,
    ...(groups.length > 0 && { 'impersonate-group': groups }),
    ...(uid !== undefined && { 'impersonate-uid': uid }),
    ...extra,
  };
}

/** API servers read the keys in lower case: two that differ in nothing else are one. */
function extraHeaders(extra: Impersonation['extra'] = new Map()): Record<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const [key, values] of extra) {
    if (key === '') throw new InvalidIdentity('"" is no key of what is known of a user');
    const header = `impersonate-extra-${escapeKey(key.toLowerCase())}`;
    headers.set(header, [...(headers.get(header) ?? []), ...values]);
  }
  return Object.fromEntries(headers);
}

/** Keys are often paths (`example.org/scopes`): what the name of a header cannot hold stands as %2f. */
function escapeKey(key: string): string {
  const escaped = (byte: number) => `%${byte.toString(16).padStart(2, '0')}`;
  return Array.from(Buffer.from(key), byte => {
    const character = String.fromCharCode(byte);
    return /[a-z0-9!#$&'*+.^_`|~-]/.test(character) ? character : escaped(byte);
  }).join('');
}
