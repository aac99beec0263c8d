import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { certificateFile, type HostKind, type HostState } from '@millrace/git-hosts/testing';
import { type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type GitHost, startGitHost } from './git-host.ts';
import { millrace, type Running } from './process.ts';

/** What a program said and left: keys, hashes and ports are not told. */
interface Outcome {
  code: number;
  lines: string[];
  requests: string[];
  /** Of the host. */
  repositories: unknown;
  commits: string[];
  sync: string;
  secret: string[];
  /** What a second run adds, where the scenario has one. */
  again?: { code: number; lines: string[]; requests: string[]; commits: string[] };
}

/** MILLRACE_RECORD_FLUX names the flux program (with its manifests) that makes the golden file. */
const recorder = process.env.MILLRACE_RECORD_FLUX;
const goldenFile = new URL('bootstrap-by-flux-2.9.4.json', import.meta.url);
const golden = JSON.parse(readFileSync(goldenFile, 'utf8')) as Record<string, Outcome>;

interface Scenario {
  kind: HostKind;
  args: string[];
  again?: boolean;
}

const scenarios: Record<string, Scenario> = {
  'a repository of a user at GitHub, by a deploy key': {
    kind: 'github',
    args: ['github', '--owner=ann', '--repository=fleet', '--personal', '--path=clusters/my-cluster'],
    again: true,
  },
  'a public repository of an organization at GitHub, by the token, with a team': {
    kind: 'github',
    args: [
      ...['github', '--owner=acme', '--repository=fleet', '--private=false', '--token-auth', '--team=ops'],
      ...['--branch=trunk', '--interval=2m', '--commit-message-appendix=[ci skip]', '--author-name=Ann'],
    ],
  },
  'a project of a group at GitLab, by a deploy key that pushes': {
    kind: 'gitlab',
    args: [
      ...['gitlab', '--owner=acme', '--repository=fleet', '--visibility=internal', '--team=ops'],
      ...['--read-write-key', '--ssh-key-algorithm=ed25519', '--path=./clusters/a/../b/'],
    ],
  },
  'a project of a user at GitLab, by a deploy token': {
    kind: 'gitlab',
    args: ['gitlab', '--owner=ann', '--personal', '--repository=fleet', '--deploy-token-auth'],
    again: true,
  },
  'a repository at Gitea, by the token': {
    kind: 'gitea',
    args: ['gitea', '--owner=acme', '--repository=fleet', '--token-auth', '--path=clusters/my-cluster'],
  },
  'a repository at Bitbucket Server, by the token': {
    kind: 'bitbucket-server',
    args: [
      ...['bitbucket-server', '--owner=acme', '--username=ann', '--repository=fleet', '--token-auth'],
      '--path=clusters/my-cluster',
    ],
  },
};

let folder: string;
let running: Running[];
let place: GitHost | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-bootstrap-'));
  running = [];
});
afterEach(async () => {
  for (const one of running.reverse()) await one.stop();
  await place?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function startCluster(): Promise<string> {
  const cluster = millrace(['cluster', 'start', '--in-memory', '--data-dir', join(folder, 'cluster')]);
  running.push(cluster);
  const [, kubeconfig] = await cluster.saw(/export KUBECONFIG=(\S+)/);
  const data = join(folder, 'controllers');
  const controllers = millrace([
    'controllers',
    'run',
    '--install',
    '--kubeconfig',
    kubeconfig!,
    '--data-dir',
    data,
  ]);
  running.push(controllers);
  await controllers.saw(/Starting manager/);
  return kubeconfig!;
}

const main = fileURLToPath(new URL('../apps/cli/main.ts', import.meta.url));

async function type(args: string[], env: Record<string, string>): Promise<{ code: number; lines: string[] }> {
  const [program, start] = recorder ? [recorder, []] : [process.execPath, [main]];
  const child = spawn(program, [...start, ...args], { env: { ...process.env, ...env }, stdio: 'pipe' });
  child.stdin.end();
  let said = '';
  child.stderr.setEncoding('utf8').on('data', text => {
    said += text;
  });
  const code = await new Promise<number>(resolve => child.on('close', status => resolve(status ?? -1)));
  return { code, lines: plain(said).split('\n') };
}

/** What is another in each run. */
function plain(text: string): string {
  return text
    .trimEnd()
    .replaceAll(/\b[0-9a-f]{40}\b/g, 'COMMIT')
    .replaceAll(/(localhost|127\.0\.0\.1):\d+/g, '$1:PORT')
    .replaceAll(/(ssh-[a-z0-9]+|ecdsa-[a-z0-9-]+) AAAA\S+/g, '$1 KEY');
}

function gitIn(repository: string, ...args: string[]): string {
  return execFileSync('git', ['-C', repository, ...args], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
}

async function outcomeOf({ kind, args, again = false }: Scenario): Promise<Outcome> {
  const kubeconfig = await startCluster();
  place = await startGitHost(kind, folder);
  const { host, git, sshHostname } = place;
  const ofHost = ['--hostname', host.hostname, '--ca-file', certificateFile, '--ssh-hostname', sshHostname];
  const line = ['bootstrap', ...args, ...ofHost, '--kubeconfig', kubeconfig, '--timeout=1m'];
  const variable = kind === 'bitbucket-server' ? 'BITBUCKET_TOKEN' : `${kind.toUpperCase()}_TOKEN`;
  const branch = args.find(arg => arg.startsWith('--branch='))?.slice('--branch='.length) ?? 'main';
  const repository = () => git.pathOf(Object.keys(host.state.repositories)[0] ?? '') ?? '';
  const commits = () => gitIn(repository(), 'log', '--format=%an <%ae> %B', branch).trim().split('\n');
  const run = async () => ({
    ...(await type(line, { [variable]: host.token })),
    requests: host.requests.splice(0).map(plain),
    commits: commits(),
  });
  const first = await run();
  const [sync = ''] =
    gitIn(repository(), 'ls-tree', '-r', '--name-only', branch).match(/\S+gotk-sync.yaml/) ?? [];
  const second = again ? await run() : undefined;
  return {
    ...first,
    repositories: Object.fromEntries(Object.entries(host.state.repositories).map(publicPart)),
    sync: plain(gitIn(repository(), 'show', `${branch}:${sync}`)),
    secret: await keysOfSecret(kubeconfig),
    ...(second && {
      again: { ...second, commits: second.commits.slice(0, second.commits.length - first.commits.length) },
    }),
  };
}

function publicPart([name, { tokens, keys, ...rest }]: [string, HostState['repositories'][string]]) {
  const shown = keys.map(({ title, readOnly }) => ({ title, readOnly }));
  return [name, { ...rest, keys: shown, tokens: tokens.map(token => token.name) }] as const;
}

async function keysOfSecret(path: string): Promise<string[]> {
  const client = kubeClient(loadConnection({ path }));
  try {
    const ref = { apiVersion: 'v1', kind: 'Secret', name: 'flux-system', namespace: 'flux-system' };
    const { data } = await client.get<KubeObject & { data: object }>(ref, { as: 'own' });
    return Object.keys(data).sort();
  } finally {
    await client.close();
  }
}

describe('bootstrap from', () => {
  test.each(Object.keys(scenarios))('%s, does what flux does', { timeout: 120_000 }, async name => {
    const outcome = await outcomeOf(scenarios[name]!);
    if (recorder) {
      golden[name] = outcome;
      return writeFileSync(goldenFile, `${JSON.stringify(golden, null, 1)}\n`);
    }
    const { requests: _, again, ...expected } = golden[name]!;
    // Flux begins a repository at Bitbucket Server with a commit and a branch that nobody needs.
    const commits = expected.commits.filter(line => !line.endsWith('initial commit'));
    expect(outcome).toMatchObject({ ...expected, commits });
    if (outcome.again) expect(outcome.again).toMatchObject({ code: again?.code, commits: [] });
  });
});
