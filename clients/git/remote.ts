import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configuration, git } from './run.ts';

export interface HttpCredentials {
  username?: string | undefined;
  password?: string | undefined;
  bearerToken?: string | undefined;
  /** PEM of the authority that signed the server's certificate. */
  ca?: string | undefined;
}

/** A repository somewhere else. */
export interface Remote {
  /** As the user wrote it: what messages show. */
  url: string;
  /** Where it is really fetched from, when that is another place. */
  fetchUrl?: string;
  credentials?: HttpCredentials;
}

/** Commits by full reference name: `refs/heads/main`. A signed or annotated tag is the commit that it points at. */
export type References = Map<string, string>;

/** What the remote has, narrowed by patterns such as `refs/heads/main`. Throws GitError. */
export async function listReferences(
  remote: Remote,
  patterns: string[],
  signal: AbortSignal,
): Promise<References> {
  const what = `unable to list remote for '${remote.url}'`;
  const args = ['ls-remote', '--quiet', urlOf(remote), ...patterns];
  const output = await withAccess(remote, environment => git({ args, what, environment, signal }));
  const references: References = new Map();
  for (const line of output.toString('utf8').split('\n')) {
    const [commit, name] = line.split('\t');
    if (!commit || !name) continue;
    // `refs/tags/v1^{}` follows `refs/tags/v1` and is what the tag points at.
    references.set(name.endsWith('^{}') ? name.slice(0, -3) : name, commit);
  }
  return references;
}

export function urlOf(remote: Remote): string {
  return remote.fetchUrl ?? remote.url;
}

/** Run git with what it needs to be let in. Secrets go through its environment and files that only we can read. */
export async function withAccess<T>(
  remote: Remote,
  run: (environment: Record<string, string>) => Promise<T>,
): Promise<T> {
  const { username, password, bearerToken, ca } = remote.credentials ?? {};
  const settings: [string, string][] = [
    ['protocol.version', '2'],
    ['protocol.allow', 'never'],
    ['protocol.http.allow', 'always'],
    ['protocol.https.allow', 'always'],
    ['http.followRedirects', 'initial'],
    ['credential.helper', ''],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
  ];
  if (bearerToken) settings.push(['http.extraHeader', `Authorization: Bearer ${bearerToken}`]);
  else if (username || password) {
    const basic = Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64');
    settings.push(['http.extraHeader', `Authorization: Basic ${basic}`]);
  }
  if (!ca) return run(configuration(settings));
  const folder = await mkdtemp(join(tmpdir(), 'millrace-git-'));
  try {
    const file = join(folder, 'ca.crt');
    await writeFile(file, ca, { mode: 0o600 });
    return await run(configuration([...settings, ['http.sslCAInfo', file]]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
