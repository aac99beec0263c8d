import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { type GitRepository, gitRepository } from '@millrace/api';
import { type GitServer, startGitServer } from '@millrace/cluster';
import { localRepository } from '@millrace/git';
import { isNotFound, type KubeClient, kubeClient, loadConnection, type ObjectRef } from '@millrace/kube';
import { readTar } from '@millrace/tar';
import { writeSnapshot } from '../controllers/source/git/snapshot.ts';
import { printTable } from './table.ts';

const usage = `npm run differential -- artifacts REPOSITORY ...
  each a repository of Git on this machine; MILLRACE_E2E_KUBECONFIG names the kubeconfig of a Kubernetes with the
  definitions of Flux's sources, and SOURCE_CONTROLLER the program of that name`;

const namespace = 'millrace-differential';
const signal = new AbortController().signal;

interface Row {
  name: string;
  files: number;
  /** What is in one archive and not in the other; undefined where they are the same bytes. */
  difference: string | undefined;
}

/**
 * Makes the artifact of each repository by the real source-controller and by our own code, and compares digests, and
 * where they differ the files. True if nothing differs.
 */
export async function run(repositories: string[]): Promise<boolean> {
  const { MILLRACE_E2E_KUBECONFIG: kubeconfig, SOURCE_CONTROLLER: program } = process.env;
  if (!kubeconfig || !program || repositories.length === 0) {
    console.error(usage);
    return false;
  }
  const folder = mkdtempSync(join(tmpdir(), 'millrace-artifacts-'));
  const root = join(folder, 'git');
  const client = kubeClient(loadConnection({ path: kubeconfig }));
  await client.apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { as: 'own', fieldManager: namespace },
  );
  const server = await startGitServer({ root });
  const real = startReal(program, kubeconfig, join(folder, 'real'));
  try {
    const rows: Row[] = [];
    for (const path of repositories) {
      const row = await compare(path, { root, folder, client, server });
      if (!row) continue;
      rows.push(row);
      console.log(`${row.name}: ${row.difference ?? 'equal'}`);
    }
    printTable(
      ['repository', 'entries', 'digest'],
      rows.map(({ name, files, difference }) => [name, String(files), difference ?? 'equal']),
    );
    return rows.every(({ difference }) => difference === undefined);
  } finally {
    real.kill('SIGKILL');
    await Promise.all([server.stop(), client.close()]);
    rmSync(folder, { recursive: true });
  }
}

interface Stage {
  root: string;
  folder: string;
  client: KubeClient;
  server: GitServer;
}

/** Undefined for a repository that does not hold all that it tells of. */
async function compare(path: string, { root, folder, client, server }: Stage): Promise<Row | undefined> {
  const name = nameOf(path);
  const url = await server.createRepository(name, { defaultBranch: 'main' });
  const fetch = ['fetch', '--quiet', '--no-tags', '--depth=1', `file://${path}`, '+HEAD:refs/heads/main'];
  const fetched = spawnSync('git', ['-C', join(root, `${name}.git`), ...fetch]);
  if (fetched.status !== 0) {
    console.log(`${name}: left out, for it is not whole`);
    return undefined;
  }
  const there = await realArtifact(client, name, url, join(folder, 'real'));
  const here = join(folder, `${name}.tar.gz`);
  const copy = localRepository(join(folder, 'copies', name));
  const commit = await copy.fetch({ url }, 'refs/heads/main', signal);
  const written = await writeSnapshot({ repository: copy.path, commit, rules: {} }, here, signal);
  const [ours, theirs] = [await entriesOf(here), await entriesOf(there.file)];
  const isEqual = written.digest === there.digest;
  return { name, files: ours.size, difference: isEqual ? undefined : differenceOf(ours, theirs) };
}

function startReal(program: string, kubeconfig: string, storage: string) {
  const args = [
    '--watch-all-namespaces=false',
    '--metrics-addr=0',
    '--health-addr=0',
    '--storage-addr=127.0.0.1:0',
    '--storage-adv-addr=127.0.0.1:1',
    `--storage-path=${storage}`,
    '--events-addr=',
  ];
  const env = { ...process.env, KUBECONFIG: kubeconfig, RUNTIME_NAMESPACE: namespace };
  mkdirSync(storage, { recursive: true });
  return spawn(program, args, {
    env,
    stdio: ['ignore', 'ignore', process.env.VERBOSE ? 'inherit' : 'ignore'],
  });
}

/** `/mirrors/team+fleet/repo` is `team-fleet`. */
function nameOf(path: string): string {
  const parts = path.replace(/\/(repo|\.git)?\/?$/, '').split('/');
  return (basename(parts.join('/')) || 'repository').toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

async function realArtifact(client: KubeClient, name: string, url: string, storage: string) {
  const ref: ObjectRef = {
    apiVersion: `${gitRepository.group}/v1`,
    kind: gitRepository.kind,
    namespace,
    name,
  };
  const spec = { interval: '1h', timeout: '5m', url, ref: { branch: 'main' } };
  await client.apply(
    { apiVersion: ref.apiVersion, kind: ref.kind, metadata: { name, namespace }, spec } as never,
    { as: 'own', fieldManager: namespace, force: true },
  );
  for (let i = 0; i < 600; i++) {
    const object = await client.get<GitRepository>(ref, { as: 'own' }).catch(error => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    const artifact = object?.status?.artifact;
    if (artifact) {
      const file = join(storage, '..', `${name}.real.tar.gz`);
      await copyFile(join(storage, artifact.path), file);
      await client.delete(ref, { as: 'own' });
      return { digest: artifact.digest, file };
    }
    await sleep(500);
  }
  throw new Error(`the source-controller has made no artifact of ${name}: see its log with VERBOSE=1`);
}

async function entriesOf(file: string): Promise<Map<string, string>> {
  const entries = readTar(gunzipSync(await readFile(file)));
  return new Map(
    [...entries].map(({ name, type, mode, content }) => [
      name,
      `${type} ${mode.toString(8)} ${Buffer.from(content).toString('base64')}`,
    ]),
  );
}

function differenceOf(ours: Map<string, string>, theirs: Map<string, string>): string {
  const only = (a: Map<string, string>, b: Map<string, string>) => [...a.keys()].filter(name => !b.has(name));
  const changed = [...ours].filter(([name, entry]) => theirs.has(name) && theirs.get(name) !== entry);
  const some = (what: string, names: string[]) =>
    names.length > 0 ? [`${names.length} ${what} (${names.slice(0, 3).join(', ')})`] : [];
  const found = [
    ...some('only here', only(ours, theirs)),
    ...some('only there', only(theirs, ours)),
    ...some(
      'changed',
      changed.map(([name]) => name),
    ),
  ];
  return found.join('; ') || 'the same files in other bytes';
}
