import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GitServer, startCluster, startGitServer } from '@millrace/cluster';
import { defaultOptions } from '@millrace/installation/options';
import { kubeClient, loadConnection } from '@millrace/kube';
import { vi } from 'vitest';
import type { Globals } from '../globals.ts';
import type { Session } from '../verbs/session.ts';
import type { BootstrapFlags } from './flags.ts';
import type { Plan } from './plan.ts';

/** A Git server and a cluster without controllers: what steps leave there stays as it is. */
export interface Ground {
  session: Session;
  /** For files. */
  folder: string;
  git: GitServer;
  /** Git's own program, in a repository of the server. */
  run(repository: string, ...args: string[]): string;
  /** Commit files on a branch, as somebody else. */
  commit(repository: string, files: Record<string, string>, branch?: string): void;
  stop(): Promise<void>;
}

export async function startGround(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bootstrap-'));
  const cluster = await startCluster({ dataDir: join(folder, 'cluster'), inMemory: true });
  const client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
  const git = await startGitServer({ root: join(folder, 'git') });
  const globals: Globals = {
    namespace: 'flux-system',
    namespaceGiven: false,
    timeout: 30_000,
    timeoutGiven: false,
    verbose: false,
  };
  const environment = {
    PATH: process.env.PATH,
    ...{ GIT_AUTHOR_NAME: 'b', GIT_AUTHOR_EMAIL: 'b@b', GIT_COMMITTER_NAME: 'b', GIT_COMMITTER_EMAIL: 'b@b' },
  };
  const program = (args: string[], input?: string) =>
    execFileSync('git', args, { input, env: environment, stdio: ['pipe', 'pipe', 'ignore'] }).toString();
  return {
    session: { client, globals, signal: AbortSignal.timeout(60_000) },
    git,
    folder,
    run: (repository, ...args) => program(['-C', git.pathOf(repository)!, ...args]),
    commit(repository, files, branch = 'main') {
      const reference = `refs/heads/${branch}`;
      const path = git.pathOf(repository)!;
      const isThere = program(['-C', path, 'for-each-ref', reference]) !== '';
      const changes = Object.entries(files).map(([name, text]) =>
        text.startsWith('->')
          ? `M 120000 inline ${name}\ndata ${text.length - 2}\n${text.slice(2)}\n`
          : `M 100644 inline ${name}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
      );
      const from = isThere ? `from ${reference}^0\n` : '';
      const stream = `commit ${reference}\ncommitter b <b@b> 0 +0000\ndata 6\nOthers\n${from}${changes.join('')}done\n`;
      program(['-C', path, 'fast-import', '--quiet', '--done'], stream);
    },
    async stop() {
      await client.close();
      await Promise.all([cluster.stop(), git.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

let count = 0;

/**
 * A new repository, and a plan to bootstrap from it. Each has a namespace of its own: they share the cluster. What is
 * installed is little, for the sake of time.
 */
export async function planFor(
  { git, folder }: Ground,
  flags: Partial<BootstrapFlags> = {},
  more: Partial<Plan> = {},
): Promise<Plan & { repository: string }> {
  const repository = `fleet-${++count}`;
  const namespace = `system-${count}`;
  const manifests = join(folder, `manifests-${count}`);
  installs(manifests, namespace, ['source-controller']);
  const url = new URL(await git.createRepository(repository));
  const { username, password } = url;
  [url.username, url.password] = ['', ''];
  return {
    repository,
    flags: { ...initialFlags, manifests, ...flags },
    install: { ...defaultOptions, namespace },
    remote: { url: url.href, credentials: { username, password } },
    syncUrl: url.href,
    sign: undefined,
    access: { kind: 'login', username, password },
    letIn: async () => {},
    ...more,
  };
}

/** Let the folder hold Deployments, and the namespace for them. */
export function installs(folder: string, namespace: string, deployments: string[]): void {
  mkdirSync(folder, { recursive: true });
  const objects = deployments.map(name => {
    const labels = { app: name };
    const containers = [{ name: 'manager', image: 'example.com/manager:1' }];
    const template = { metadata: { labels }, spec: { containers } };
    const metadata = { name, namespace };
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { selector: { matchLabels: labels }, template },
    };
  });
  const all = [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, ...objects];
  writeFileSync(join(folder, 'all.yaml'), all.map(object => `---\n${JSON.stringify(object)}\n`).join(''));
  writeFileSync(join(folder, 'kustomization.yaml'), 'resources: [all.yaml]\n');
}

const initialFlags: BootstrapFlags = {
  registry: defaultOptions.registry,
  watchAllNamespaces: true,
  networkPolicy: true,
  logLevel: 'info',
  clusterDomain: 'cluster.local',
  sshKeyAlgorithm: 'ed25519',
  sshEcdsaCurve: 'p384',
  sshRsaBits: '2048',
  branch: 'main',
  secretName: 'flux-system',
  authorName: 'Flux',
  authorEmail: '',
  interval: '1m0s',
  path: './clusters/one',
};

/** What is said on standard error meanwhile, line by line. */
export async function heard(work: () => Promise<unknown>): Promise<string[]> {
  let said = '';
  const ear = vi.spyOn(process.stderr, 'write').mockImplementation(text => {
    said += String(text);
    return true;
  });
  try {
    await work();
  } finally {
    ear.mockRestore();
  }
  return said.trimEnd().split('\n');
}
