import {
  HostError,
  type HostedRepository,
  hostUrl,
  type Permission,
  permissions,
  type Visibility,
} from '@millrace/git-hosts';
import { CliError } from '../cli-error.ts';
import { read } from '../create/read.ts';
import type { Globals } from '../globals.ts';
import { tell } from '../output/print.ts';
import { bootstrapCluster } from './bootstrap.ts';
import type { HostFlags } from './flags.ts';
import { type Host, hosts } from './hosts.ts';
import { selfManaging } from './install-options.ts';
import type { Access, AtHost, Plan } from './plan.ts';
import { signerOf } from './signing.ts';
import { secretFrom } from './token.ts';

/** `bootstrap github`, `gitlab`, `gitea`, `bitbucket-server`. Throws CliError. */
export async function bootstrapAtHost(
  command: keyof typeof hosts,
  given: HostFlags,
  globals: Globals,
): Promise<void> {
  const host: Host = hosts[command];
  if (given.sshSigningReusePrivateKey && !host.takesKey)
    throw new CliError(
      `--ssh-signing-reuse-private-key is not supported by 'bootstrap ${command}'; that subcommand generates the SSH transport key in-process and has no operator-supplied key to reuse`,
    );
  const token = await secretFrom(
    host.tokenVariable,
    `Please enter your ${host.title} personal access token (PAT): `,
  );
  const flags = command === 'gitlab' ? checkedForGitLab(given) : given;
  const web = rootUrl(flags.hostname);
  for (const name of ['owner', 'repository'] as const)
    if (!flags[name]) throw new CliError(`--${name} is required`);
  const install = selfManaging(flags, globals);
  const teams = teamsOf(flags, host);
  const sign = await signerOf(flags, undefined);
  const ca = flags.caFile ? await read(flags.caFile, 'unable to read TLS CA file') : undefined;
  const who = { username: host.username?.(flags) ?? flags.owner, password: token };
  const access = accessOf(flags, web, { username: host.username?.(flags) ?? 'git', password: token }, ca);

  await bootstrapCluster(globals, flags, async signal => {
    const { hostname, owner, repository: name, personal = false } = flags;
    const repository = await opened(host, { hostname, owner, repository: name, personal, token, ca }, signal);
    const at: AtHost = {
      repository,
      visibility: (flags.visibility as Visibility | undefined) ?? (flags.private ? 'private' : 'public'),
      reconcile: flags.reconcile ?? false,
      teams,
      readOnly: !flags.readWriteKey,
    };
    const plan: Plan = {
      flags,
      install,
      remote: { url: repository.cloneUrl('https'), credentials: { ...who, ca } },
      syncUrl: syncUrlOf(repository, access, flags.sshHostname),
      sign,
      access,
      host: at,
      letIn: async () => {},
    };
    return plan;
  });
}

function rootUrl(hostname: string): URL {
  if (hostname === '') throw new CliError('invalid hostname ""');
  try {
    return hostUrl(hostname);
  } catch (error) {
    throw asCliError(error);
  }
}

async function opened(
  host: Host,
  options: Parameters<Host['open']>[0],
  signal: AbortSignal,
): Promise<HostedRepository> {
  try {
    return await host.open(options, signal);
  } catch (error) {
    throw asCliError(error);
  }
}

const asCliError = (error: unknown) =>
  error instanceof HostError ? new CliError(error.message, { cause: error }) : error;

function accessOf(
  flags: HostFlags,
  web: URL,
  login: { username: string; password: string },
  ca: string | undefined,
): Access {
  if (flags.deployTokenAuth) return { kind: 'deploy token', ca };
  if (flags.tokenAuth) return { kind: 'login', ...login, ca };
  if (web.protocol !== 'http:') return { kind: 'key', host: flags.sshHostname || web.hostname };
  tell.warning('the host is on this machine and has no SSH: the token takes the place of a deploy key');
  return { kind: 'login', ...login, ca };
}

function syncUrlOf(repository: HostedRepository, access: Access, sshHostname: string | undefined): string {
  if (access.kind !== 'key') return repository.cloneUrl('https');
  const url = new URL(repository.cloneUrl('ssh'));
  if (sshHostname) url.host = sshHostname;
  return url.href;
}

function teamsOf({ team = [], group = [] }: HostFlags, { permission: initial }: Host): AtHost['teams'] {
  return [...team, ...group].map(text => {
    const [name = '', given, ...more] = text.split(':');
    if (given === undefined || more.length > 0) return { name: text, permission: initial };
    const permission = permissions.find(one => one === given);
    if (permission) return { name, permission: permission satisfies Permission };
    throw new CliError(
      `failed to reconcile repository team access: invalid permission "${given}" for team "${name}": use one of ${permissions.join(', ')}`,
    );
  });
}

const projectName = /^[A-Za-z0-9\u{a9}-\u{1f9ff}_][A-Za-z0-9\p{Pd}\u{a9}-\u{1f9ff}_.]*$/u;

function checkedForGitLab(flags: HostFlags): HostFlags {
  if (!projectName.test(flags.repository))
    throw new CliError(
      `${flags.repository} is an invalid project name for gitlab.\nIt can contain only letters, digits, emojis, '_', '.', dash, space. It must start with letter, digit, emoji or '_'.`,
    );
  if (flags.tokenAuth && flags.deployTokenAuth)
    throw new CliError('--token-auth and --deploy-token-auth cannot be set both.');
  if (flags.private) return flags;
  console.error('Using visibility public as --private=false');
  return { ...flags, visibility: 'public' };
}
