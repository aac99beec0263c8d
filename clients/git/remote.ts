import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import type { GitProxy, HttpCredentials } from './credentials.ts';
import { GitError } from './errors.ts';
import { follow } from './redirect.ts';
import { git, type Setting, type Wire } from './run.ts';
import { sshPlace } from './ssh/place.ts';
import {
  type AgentCredentials,
  type GitService,
  openService,
  type SshAlgorithms,
  type SshCredentials,
} from './ssh/session.ts';
import { throughProxy } from './ssh/through-proxy.ts';

/** A repository somewhere else. */
export interface Remote {
  /** As the user wrote it. It may hold a password: messages show it masked. */
  url: string;
  /** Where it is really fetched from, when that is another place. */
  fetchUrl?: string;
  /** They count more than those in the URL. */
  credentials?: HttpCredentials | undefined;
  /** For a URL of ssh, which is not asked without. */
  ssh?: SshCredentials | undefined;
  /** In place of it: the agent of the person who asks. */
  agent?: AgentCredentials | undefined;
  algorithms?: SshAlgorithms | undefined;
  proxy?: GitProxy | undefined;
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
  const output = await withAccess(remote, what, signal, ({ url, ...access }) =>
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
  wire?: Wire;
}

const always: Setting[] = [
  ['protocol.version', '2'],
  ['protocol.allow', 'never'],
];

/** Run git with what it needs to be let in. Secrets go through its environment and files that only we can read. */
export async function withAccess<T>(
  remote: Remote,
  what: string,
  signal: AbortSignal,
  run: (access: Access) => Promise<T>,
  service: GitService = 'git-upload-pack',
): Promise<T> {
  const isSsh = remote.fetchUrl === undefined && /^ssh:/i.test(remote.url);
  return isSsh ? overSsh(remote, what, signal, run, service) : overHttp(remote, signal, run);
}

/** Git is shown no more than that there is another side: it may not even know which. */
async function overSsh<T>(
  { url, ssh, agent, algorithms = { kex: [], hostKey: [] }, proxy }: Remote,
  what: string,
  signal: AbortSignal,
  run: (access: Access) => Promise<T>,
  service: GitService,
): Promise<T> {
  const who = ssh ?? agent;
  if (!who) throw new GitError('refused', `${what}: a URL of ssh needs an identity and known_hosts`);
  const open = async () => {
    const place = sshPlace(url);
    const socket = proxy && (await throughProxy(place, proxy, signal));
    return openService(service, place, who, algorithms, signal, socket);
  };
  const session = await open().catch(error => {
    throw error instanceof GitError ? new GitError(error.failure, `${what}: ${error.message}`) : error;
  });
  try {
    const settings: Setting[] = [...always, ['protocol.ssh.allow', 'always']];
    const secrets = [ssh?.password, ssh?.identity];
    return await run({ url: 'ssh://wire/repository', settings, secrets, wire: session });
  } finally {
    session.close();
  }
}

async function overHttp<T>(
  remote: Remote,
  signal: AbortSignal,
  run: (access: Access) => Promise<T>,
): Promise<T> {
  const place = placeOf(remote.fetchUrl ?? remote.url);
  // What is fetched from elsewhere is not told the credentials of the place that the user named.
  const isMapped = remote.fetchUrl !== undefined;
  const given: HttpCredentials = isMapped
    ? place.credentials
    : { ...place.credentials, ...remote.credentials };
  const proxy = isMapped ? undefined : remote.proxy;
  const authorization = authorizationOf(given);
  const attempt = (url: string, who: HttpCredentials, redirects: string) =>
    withFiles(who, files =>
      run({
        url,
        settings: [
          ...always,
          ['protocol.http.allow', 'always'],
          ['protocol.https.allow', 'always'],
          ['http.followRedirects', redirects],
          ...headerOf(who),
          ...proxySettings(proxy),
          ...files,
        ],
        secrets: [given.password, given.bearerToken, authorization?.split(' ')[1], proxy?.password],
      }),
    );
  if (authorization === undefined && !given.key) return attempt(place.url, given, 'initial');
  try {
    return await attempt(place.url, given, 'false');
  } catch (error) {
    if (!(error instanceof GitError) || error.failure !== 'moved') throw error;
    const moved = await follow(place.url, authorization, { tls: given, proxy }, signal);
    return attempt(moved.url, moved.isHome ? given : { ca: given.ca }, moved.isHome ? 'false' : 'initial');
  }
}

function authorizationOf({ username, password, bearerToken }: HttpCredentials): string | undefined {
  if (username || password)
    return `Basic ${Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64')}`;
  return bearerToken ? `Bearer ${bearerToken}` : undefined;
}

function headerOf(who: HttpCredentials): Setting[] {
  const authorization = authorizationOf(who);
  return authorization === undefined ? [] : [['http.extraHeader', `Authorization: ${authorization}`]];
}

/** A proxy is told its password at once, as by Go. */
function proxySettings(proxy: GitProxy | undefined): Setting[] {
  if (!proxy) return [];
  return [
    ['http.proxy', proxyUrl(proxy)],
    ['http.proxyAuthMethod', 'basic'],
  ];
}

/** What git's HTTP client takes from files only. They are ours alone, and gone when git has ended. */
async function withFiles<T>(given: HttpCredentials, run: (settings: Setting[]) => Promise<T>): Promise<T> {
  const wanted: [key: string, name: string, content: string | undefined][] = [
    ['http.sslCAInfo', 'ca.crt', given.ca && [...rootCertificates, given.ca].join('\n')],
    ['http.sslCert', 'tls.crt', given.cert],
    ['http.sslKey', 'tls.key', given.key],
  ];
  if (!wanted.some(([, , content]) => content)) return run([]);
  const folder = await mkdtemp(join(tmpdir(), 'millrace-git-'));
  try {
    const settings: Setting[] = [];
    for (const [key, name, content] of wanted) {
      if (!content) continue;
      const file = join(folder, name);
      await writeFile(file, content, { mode: 0o600 });
      settings.push([key, file]);
    }
    return await run(settings);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** With its credentials, as git reads it. The proxy finds the host's address, as Go's has it. */
function proxyUrl({ url, username = '', password = '' }: GitProxy): string {
  const proxy = new URL(url.replace(/^socks5:/i, 'socks5h:'));
  if (username) proxy.username = encodeURIComponent(username);
  if (password) proxy.password = encodeURIComponent(password);
  return proxy.href;
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
