import type { Json, JsonObject } from '@millrace/json';
import { type Impersonation, InvalidIdentity, identityHeaders } from '@millrace/kube';
import { LoginRefused } from './login-refused.ts';

/** Which claims of an ID token say who somebody is: kube-apiserver's flags of the same names. */
export interface ClaimRules {
  issuer: string;
  usernameClaim: string;
  /** Undefined: the issuer and `#`, but for an address of mail, which needs none. `-`: none. */
  usernamePrefix: string | undefined;
  groupsClaim: string;
  groupsPrefix: string;
}

/**
 * Who somebody is, by the claims of an ID token that has been verified; the same user whom kube-apiserver would see in
 * it (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#openid-connect-tokens). Throws LoginRefused.
 */
export function identityOf(claims: JsonObject, rules: ClaimRules): Impersonation {
  const user = prefixOf(rules) + usernameIn(claims, rules.usernameClaim);
  const groups = groupsIn(claims[rules.groupsClaim], rules.groupsClaim).map(
    group => rules.groupsPrefix + group,
  );
  return admissible({ user, groups: [...new Set(groups)] });
}

/**
 * The same, where it is somebody whom a provider may speak for: names with `system:` are Kubernetes' own, and would give
 * whoever comes to bear one more than any team means to give. Throws LoginRefused.
 */
export function admissible(as: Impersonation): Impersonation {
  for (const name of [as.user, ...(as.groups ?? [])])
    if (name.startsWith('system:'))
      throw new LoginRefused(`"${name}" cannot be the name of a user or a group here: it is Kubernetes' own`);
  try {
    identityHeaders(as);
  } catch (cause) {
    if (cause instanceof InvalidIdentity) throw new LoginRefused(cause.message, { cause });
    throw cause;
  }
  return as;
}

function prefixOf({ usernamePrefix, usernameClaim, issuer }: ClaimRules): string {
  if (usernamePrefix === undefined) return usernameClaim === 'email' ? '' : `${issuer}#`;
  return usernamePrefix === '-' ? '' : usernamePrefix;
}

function usernameIn(claims: JsonObject, claim: string): string {
  const name = claims[claim];
  // With a prefix an empty name would be one that is not empty.
  if (typeof name !== 'string' || name.trim() === '')
    throw new LoginRefused(`the login provider does not say who you are: the claim "${claim}" is missing`);
  const verified = claims.email_verified;
  if (claim === 'email' && verified !== undefined && verified !== true)
    throw new LoginRefused(`the login provider has not verified that the address "${name}" is yours`);
  return name;
}

/** One group, or a list of them; none where there is no such claim. */
function groupsIn(value: Json | undefined, claim: string): string[] {
  if (value === undefined || value === null) return [];
  const groups = Array.isArray(value) ? value : [value];
  return groups.map(group => {
    if (typeof group === 'string' && group.trim() !== '') return group;
    throw new LoginRefused(`the claim "${claim}" of the login provider has to be a list of names`);
  });
}
