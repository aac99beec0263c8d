/** How to be let in by a registry. */
export type Login =
  | { username: string; password: string }
  /** A refresh token of OAuth, which the token service takes. */
  | { identityToken: string }
  /** What the registry itself takes as a bearer. */
  | { registryToken: string };

/** What must not be said of a login. */
export function secretsOf(login: Login | undefined): string[] {
  if (!login) return [];
  if ('identityToken' in login) return [login.identityToken];
  if ('registryToken' in login) return [login.registryToken];
  return [login.password, `${login.username}:${login.password}`];
}

export function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
