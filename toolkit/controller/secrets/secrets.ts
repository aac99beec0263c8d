import type { ConnectionOptions } from '@millrace/http';
import { isObject, type Json } from '@millrace/json';
import { type KubeObject, keyOf } from '@millrace/kube';
import { Failed } from '../outcome.ts';
import type { References } from '../references.ts';

/**
 * The objects of the owner's own namespace that its spec names. Throws Parked while they are being looked for, and
 * Failed where one is missing.
 */
export async function readNamed(
  owner: KubeObject,
  references: References,
  purpose: string,
  kind: 'Secret' | 'ServiceAccount',
  names: string[],
): Promise<KubeObject[]> {
  const found = await lookUp(owner, references, purpose, kind, names);
  return found.map((object, i) => {
    if (object) return object;
    const said = kind.toLowerCase();
    const where = `${owner.metadata.namespace ?? ''}/${names[i]}`;
    throw unusable(`failed to get ${said} '${where}': ${said}s "${names[i]}" not found`);
  });
}

/** The same, with undefined for those that are missing. */
export function lookUp(
  { metadata }: KubeObject,
  references: References,
  purpose: string,
  kind: 'Secret' | 'ServiceAccount',
  names: string[],
): Promise<(KubeObject | undefined)[]> {
  const { namespace = '' } = metadata;
  const refs = names.map(name => ({ apiVersion: 'v1', kind, namespace, name }));
  return references.read(keyOf(metadata), purpose, refs);
}

/** What a Secret holds under a name, as text. */
export function textIn(secret: KubeObject, name: string): string | undefined {
  const data = (secret as { data?: Json }).data;
  const value = isObject(data) && Object.hasOwn(data, name) ? data[name] : undefined;
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : undefined;
}

/** All that a Secret holds, by its names. */
export function binaryEntries(secret: KubeObject): [string, Buffer][] {
  const data = (secret as { data?: Json }).data;
  const entries = Object.entries(isObject(data) ? data : {});
  return entries.map(([name, value]) => [name, Buffer.from(String(value), 'base64')]);
}

/** What Flux reads of spec.certSecretRef: `ca.crt`, and `tls.crt` with `tls.key`, or the names that they had before. */
export function tlsIn(secret: KubeObject, step?: string): NonNullable<ConnectionOptions['tls']> {
  const tls = {
    ca: textIn(secret, 'ca.crt') ?? textIn(secret, 'caFile'),
    cert: textIn(secret, 'tls.crt') ?? textIn(secret, 'certFile'),
    key: textIn(secret, 'tls.key') ?? textIn(secret, 'keyFile'),
  };
  const where = `secret '${keyOf(secret.metadata)}'`;
  if (!tls.ca && !tls.cert && !tls.key)
    throw unusable(`${where} must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'`, step);
  if (!tls.cert !== !tls.key) throw unusable(`${where} must contain both 'tls.crt' and 'tls.key'`, step);
  return tls;
}

/** What Flux reads of spec.proxySecretRef: `address`, `username`, `password`. */
export function proxyIn(secret: KubeObject, step?: string): NonNullable<ConnectionOptions['proxy']> {
  const where = `secret '${keyOf(secret.metadata)}'`;
  const url = textIn(secret, 'address')?.trim();
  if (url === undefined) throw unusable(`${where}: key 'address' not found`, step);
  if (!URL.canParse(url) || !/^(https?|socks5):$/.test(new URL(url).protocol))
    throw unusable(`${where}: address has to be a URL of http, https or socks5`, step);
  return { url, username: textIn(secret, 'username'), password: textIn(secret, 'password') };
}

/** An object that is named does not serve: a failure that says in which step and why, and never what it holds. */
export function unusable(problem: string, step = 'failed to get credential'): Failed {
  return new Failed('AuthenticationFailed', `${step}: ${problem}`);
}
