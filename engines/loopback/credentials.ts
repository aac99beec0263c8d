/** What HTTP basic authentication carries. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The credentials of an Authorization header (RFC 7617); undefined when there are none. */
export function credentialsOf(header: string | undefined): Credentials | undefined {
  const encoded = /^basic\s+(\S+)$/i.exec(header ?? '')?.[1];
  if (!encoded) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
