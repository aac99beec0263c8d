import { isObject, type Json, type JsonObject } from '@millrace/json';
import { type Impersonation, InvalidIdentity, identityHeaders } from './identity.ts';
import { KubeconfigError } from './kubeconfig.ts';

/**
 * For whom a user of a kubeconfig acts: `as`, `as-uid`, `as-groups` and `as-user-extra`. Throws KubeconfigError for
 * what names nobody: to leave it out would leave the user all its own rights.
 */
export function impersonationOf(entry: JsonObject, userName: string): Impersonation | undefined {
  const refused = (problem: string, cause?: unknown) =>
    new KubeconfigError(`user "${userName}" cannot act for another: ${problem}`, { cause });
  const text = (value: Json, field: string): string => {
    if (typeof value === 'string') return value;
    throw refused(`${field} must be text`);
  };
  const texts = (value: Json | undefined, field: string): string[] => {
    if (!Array.isArray(value ?? [])) throw refused(`${field} must be a list`);
    return Array.isArray(value) ? value.map(one => text(one, field)) : [];
  };
  const { as: user = null, 'as-uid': uid = null, 'as-user-extra': known = null } = entry;
  if (known !== null && !isObject(known)) throw refused('as-user-extra must be a map of lists');
  const groups = texts(entry['as-groups'], 'as-groups');
  const extra = new Map(
    Object.entries(known ?? {}).map(([key, values]) => [key, texts(values, `as-user-extra.${key}`)]),
  );
  if (user === null) {
    if (uid === null && groups.length === 0 && extra.size === 0) return undefined;
    throw new KubeconfigError(
      `requesting uid, groups or user-extra for ${userName} without impersonating a user`,
    );
  }
  const as = { user: text(user, 'as'), groups, ...(uid !== null && { uid: text(uid, 'as-uid') }), extra };
  try {
    identityHeaders(as);
  } catch (error) {
    if (error instanceof InvalidIdentity) throw refused(error.message, error);
    throw error;
  }
  return as;
}
