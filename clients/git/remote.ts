import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git, type Setting } from './run.ts';

export interface HttpCredentials {
  username?: string | undefined;
  password?: string | undefined;
  bearerToken?: string | undefined;
  /** PEM of the authority that signed the server's certificate. */
  ca?: string | undefined;
}

/** A repository somewhere else. */
export interface Remote {
  /** As the user wrote it. It may hold a password: messages show it masked. */
  url: string;
  /** Where it is really fetched from, when that is another place. */
  fetchUrl?: string;
  /** They count more than those in the URL. */
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
  const output = await withAccess(remote, ({ url, ...access }) =>
    git({ args: ['ls-remote', '--quiet', '--', url, ...patterns], what, ...access, signal }),
  );
  const references: References = new Map();
  for (const line of output.toString('utf8').split('\n')) {
    const [commit, name] = line.split('\t');
    if (!commit || !name) continue;
    // `refs/tags/v1^{}` follows `refs/tags/v1` and is what the tag points at.
    references.set(name.endsWith('^{}') ? name.slice(0, -3) : name, commit);
  }
  return references;
}

/** What git is given to be let in. */
export interface Access {
  /** Without credentials: it shows in the list of processes. */
  url: string;
  settings: Setting[];
  secrets: (string | undefined)[];
}

/** Run git with what it needs to be let in. Secrets go through its environment and files that only we can read. */
export async function withAccess<T>(remote: Remote, run: (access: Access) => Promise<T>): Promise<T> {
  const place = placeOf(remote.fetchUrl ?? remote.url);
  // What is fetched from elsewhere is not told the credentials of the place that the user named.
  const given =
    remote.fetchUrl === undefined ? { ...place.credentials, ...remote.credentials } : place.credentials;
  const { username, password, bearerToken, ca } = given;
  const settings: Setting[] = [
    ['protocol.version', '2'],
    ['protocol.allow', 'never'],
    ['protocol.http.allow', 'always'],
    ['protocol.https.allow', 'always'],
    ['http.followRedirects', 'initial'],
  ];
  const basic = Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64');
  if (bearerToken) settings.push(['http.extraHeader', `Authorization: Bearer ${bearerToken}`]);
  else if (username || password) settings.push(['http.extraHeader', `Authorization: Basic ${basic}`]);
  const access: Access = { url: place.url, settings, secrets: [password, bearerToken, basic] };
  if (!ca) return run(access);
  const folder = await mkdtemp(join(tmpdir(), 'millrace-git-'));
  try {
    const file = join(folder, 'ca.crt');
    await writeFile(file, ca, { mode: 0o600 });
    return await run({ ...access, settings: [...settings, ['http.sslCAInfo', file]] });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A URL, and the name and password that stand in it, apart. What is no URL is left to git to refuse. */
function placeOf(text: string): { url: string; credentials: HttpCredentials } {
  if (!URL.canParse(text)) return { url: text, credentials: {} };
  const url = new URL(text);
  const username = decoded(url.username);
  const password = decoded(url.password);
  if (username === '' && password === '') return { url: text, credentials: {} };
  url.username = '';
  url.password = '';
  return { url: url.href, credentials: { username, password } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
