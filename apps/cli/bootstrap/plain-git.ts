import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { HttpCredentials, Remote } from '@millrace/git';
import { CliError } from '../cli-error.ts';
import { read } from '../create/read.ts';
import type { Globals } from '../globals.ts';
import { confirm } from '../output/confirm.ts';
import { bootstrapCluster } from './bootstrap.ts';
import type { GitFlags } from './flags.ts';
import { selfManaging } from './install-options.ts';
import type { Access, Plan } from './plan.ts';
import { signerOf } from './signing.ts';
import { secretFrom } from './token.ts';

/** `bootstrap git`: any server, which somebody has told of the repository and of the keys. Throws CliError. */
export async function bootstrapGit(given: GitFlags, globals: Globals): Promise<void> {
  const flags = await withPassword(given);
  const install = selfManaging(flags, globals);
  const url = URL.canParse(flags.url) ? new URL(flags.url) : undefined;
  const scheme = url?.protocol.slice(0, -1) ?? '';
  const refuse = (why: string) =>
    new CliError(`failed to create authentication options for ${flags.url}: ${why}`);
  if (!url || !['http', 'https', 'ssh'].includes(scheme)) throw refuse(`scheme "${scheme}" is not supported`);
  if (scheme === 'http' && !flags.allowInsecureHttp)
    throw refuse('scheme http is insecure, pass --allow-insecure-http=true to allow it');
  const sign = await signerOf(flags, flags.password || undefined);
  const ca = flags.caFile ? await read(flags.caFile, 'unable to read TLS CA file') : undefined;
  await bootstrapCluster(globals, flags, async signal => {
    const login = await loginOf(flags, url, signal);
    const known = { ...flags, ...login };
    const plan: Plan = {
      flags: known,
      install,
      remote: scheme === 'ssh' ? await sshRemote(known, url) : httpRemote(known, ca),
      syncUrl: syncUrlOf(known, url),
      ...(login.provider ? { provider: login.provider } : {}),
      sign,
      access: accessOf(known, url, ca),
      async letIn() {
        if (!flags.silent) await confirm('Please give the key access to your repository', 'aborting');
      },
    };
    return plan;
  });
}

async function withPassword(flags: GitFlags): Promise<GitFlags> {
  const tokenAuth = (flags.tokenAuth ?? false) || (flags.withBearerToken ?? false);
  const asked = tokenAuth && !flags.password;
  const password = asked
    ? await secretFrom('GIT_PASSWORD', 'Please enter your Git repository password: ')
    : flags.password || process.env.GIT_PASSWORD;
  return { ...flags, tokenAuth, ...(password ? { password } : {}) };
}

/** Who we are to AWS CodeCommit, by the credentials that this machine has there. */
async function loginOf(
  flags: GitFlags,
  url: URL,
  signal: AbortSignal,
): Promise<{ username?: string; password?: string; tokenAuth?: boolean; provider?: 'aws' }> {
  if (!/git-codecommit/.test(url.hostname) || !url.hostname.includes('amazonaws.com')) return {};
  if (url.protocol === 'ssh:') {
    const what = 'invalid AWS CodeCommit url: ssh username should be';
    if (!url.username) throw new CliError(`${what} specified in the url`);
    if (url.username === 'git') throw new CliError(`${what} the SSH key ID for the provided private key`);
    if (!flags.privateKeyFile)
      throw new CliError('private key file is required for bootstrapping against AWS CodeCommit using ssh');
    return {};
  }
  if (flags.tokenAuth) return {};
  const { cloud, CloudError } = await import('@millrace/cloud');
  const who = await cloud({})
    .gitCredentials('aws', url.href, 'controller', signal)
    .catch(error => {
      if (!(error instanceof CloudError)) throw error;
      throw new CliError(`failed to get AWS CodeCommit IAM git credentials: ${error.message}`);
    });
  if (!('username' in who)) throw new CliError('AWS gives no login for CodeCommit');
  return { username: who.username, password: who.password, tokenAuth: true, provider: 'aws' };
}

function httpRemote(flags: GitFlags, ca: string | undefined): Remote {
  const { username, password, withBearerToken } = flags;
  const who: HttpCredentials = withBearerToken ? { bearerToken: password } : { username, password };
  return { url: flags.url, credentials: { ...who, ca } };
}

/** By the key that is named, or by those of the agent. */
async function sshRemote(flags: GitFlags, url: URL): Promise<Remote> {
  const algorithms = { kex: [], hostKey: flags.sshHostkeyAlgos ?? [] };
  if (!flags.privateKeyFile) {
    const agent = process.env.SSH_AUTH_SOCK;
    if (!agent)
      throw new CliError(
        'no SSH agent runs (SSH_AUTH_SOCK is not set): start one with your key, or name a key with --private-key-file',
      );
    return { url: flags.url, algorithms, agent: { agent, knownHosts: await ownKnownHosts() } };
  }
  const identity = await read(flags.privateKeyFile, 'failed to open private key file');
  const { scanHostKey } = await import('@millrace/git');
  const knownHosts = await scanHostKey(url.hostname.replace(/^\[|\]$/g, ''), Number(url.port) || 22).catch(
    (error: Error) => {
      throw new CliError(error.message, { cause: error });
    },
  );
  return { url: flags.url, algorithms, ssh: { identity, password: flags.password, knownHosts } };
}

/** Those of the person, and of the machine. */
async function ownKnownHosts(): Promise<string> {
  const files = [join(homedir(), '.ssh', 'known_hosts'), '/etc/ssh/ssh_known_hosts'];
  const texts = await Promise.all(files.map(file => readFile(file, 'utf8').catch(() => '')));
  return texts.join('\n');
}

function accessOf(flags: GitFlags, url: URL, ca: string | undefined): Access {
  const { tokenAuth, withBearerToken, username, password = '', sshHostname } = flags;
  if (!tokenAuth) return { kind: 'key', host: sshHostname || url.host, password };
  return withBearerToken
    ? { kind: 'bearer token', token: password, ca }
    : { kind: 'login', username, password, ca };
}

type SyncFlag = 'tokenAuth' | 'allowInsecureHttp' | 'username' | 'sshHostname';

/** The URL in the scheme that the cluster's credentials are for. */
export function syncUrlOf(flags: Pick<GitFlags, SyncFlag>, url: URL): string {
  const { hostname, host, pathname } = url;
  const isHttp = url.protocol !== 'ssh:';
  if (flags.tokenAuth) {
    const scheme = flags.allowInsecureHttp ? url.protocol : 'https:';
    return `${scheme}//${isHttp ? host : hostname}${pathname}`;
  }
  const user = url.username && flags.username === 'git' ? url.username : flags.username;
  return `ssh://${user}@${flags.sshHostname || host}${pathname}`;
}
