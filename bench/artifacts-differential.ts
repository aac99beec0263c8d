import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type GitRepository, gitRepository } from '@millrace/api';
import { startGitServer } from '@millrace/cluster';
import { isNotFound, type KubeClient, kubeClient, loadConnection, type ObjectRef } from '@millrace/kube';
import { readTar } from '@millrace/tar';
import { stageRepository, type Variant } from './artifacts-variants.ts';
import { printTable } from './table.ts';

const usage = `npm run differential -- artifacts REPOSITORY ...
  each a repository of Git on this machine; MILLRACE_E2E_KUBECONFIG names the kubeconfig of a Kubernetes with the
  definitions of Flux's sources, and SOURCE_CONTROLLER the program of that name`;

/** One of them fetches for the real source-controller, the other for our own. */
const there = 'millrace-differential';
const here = `${there}-own`;
const main = fileURLToPath(new URL('../apps/cli/main.ts', import.meta.url));

interface Row {
  name: string;
  variant: string;
  files: number;
  /** What is in one archive and not in the other; undefined where they are the same bytes. */
  difference: string | undefined;
}

/**
 * Makes artifacts of each repository by the real source-controller and by our own, in several ways, and compares
 * revisions and digests, and where they differ the files. True if nothing differs.
 */
export async function run(repositories: string[]): Promise<boolean> {
  const { MILLRACE_E2E_KUBECONFIG: kubeconfig, SOURCE_CONTROLLER: program } = process.env;
  if (!kubeconfig || !program || repositories.length === 0) {
    console.error(usage);
    return false;
  }
  const folder = mkdtempSync(join(tmpdir(), 'millrace-artifacts-'));
  const client = kubeClient(loadConnection({ path: kubeconfig }));
  for (const name of [there, here])
    await apply(client, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const root = join(folder, 'git');
  const server = await startGitServer({ root });
  const running = [
    startReal(program, kubeconfig, join(folder, there)),
    startOurs(kubeconfig, join(folder, here)),
  ];
  try {
    const rows: Row[] = [];
    let before: string | undefined;
    for (const path of repositories) {
      const staged = await stageRepository(path, { root, server, before });
      if (!staged) continue;
      for (const variant of staged.variants) {
        const row = await compare(client, folder, staged.name, variant);
        rows.push(row);
        console.log(`${row.name} ${row.variant}: ${row.difference ?? 'equal'}`);
      }
      if (before) await forget(client, before);
      before = staged.name;
    }
    printTable(
      ['repository', 'how', 'entries', 'revision and digest'],
      rows.map(({ name, variant, files, difference }) => [
        name,
        variant,
        String(files),
        difference ?? 'equal',
      ]),
    );
    return rows.every(({ difference }) => difference === undefined);
  } finally {
    for (const one of running) one.kill('SIGKILL');
    await Promise.all([server.stop(), client.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

function startReal(program: string, kubeconfig: string, storage: string): ChildProcess {
  mkdirSync(storage, { recursive: true });
  const args = [
    ...['--watch-all-namespaces=false', '--metrics-addr=0', '--health-addr=0', '--events-addr='],
    ...['--storage-addr=127.0.0.1:0', '--storage-adv-addr=127.0.0.1:1', `--storage-path=${storage}`],
  ];
  return start(program, args, { KUBECONFIG: kubeconfig, RUNTIME_NAMESPACE: there });
}

function startOurs(kubeconfig: string, folder: string): ChildProcess {
  const args = [
    ...[
      main,
      'controllers',
      'run',
      '--controllers',
      'source',
      '--kubeconfig',
      kubeconfig,
      '--data-dir',
      folder,
    ],
    ...['--watch-all-namespaces=false', '--namespace', here],
  ];
  return start(process.execPath, args, {});
}

function start(program: string, args: string[], env: Record<string, string>): ChildProcess {
  const shown = process.env.VERBOSE ? 'inherit' : 'ignore';
  return spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', shown, shown] });
}

async function compare(
  client: KubeClient,
  folder: string,
  repository: string,
  variant: Variant,
): Promise<Row> {
  const name = `${repository}-${variant.name}`;
  for (const namespace of [there, here]) await applySource(client, namespace, name, variant.spec);
  const [real, own] = [await artifactOf(client, there, name), await artifactOf(client, here, name)];
  const [theirs, ours] = [
    await entriesOf(join(folder, there, real.path)),
    await entriesOf(join(folder, here, 'artifacts', own.path)),
  ];
  const isEqual = real.digest === own.digest && real.revision === own.revision;
  const difference = isEqual ? undefined : differenceOf(ours, theirs);
  return { name: repository, variant: variant.name, files: ours.size, difference };
}

const refOf = (namespace: string, name: string): ObjectRef => ({
  apiVersion: `${gitRepository.group}/v1`,
  kind: gitRepository.kind,
  namespace,
  name,
});

async function apply(client: KubeClient, object: object): Promise<void> {
  await client.apply(object as never, { as: 'own', fieldManager: there, force: true });
}

async function applySource(client: KubeClient, namespace: string, name: string, spec: Variant['spec']) {
  const { apiVersion, kind } = refOf(namespace, name);
  await apply(client, { apiVersion, kind, metadata: { name, namespace }, spec });
}

async function artifactOf(client: KubeClient, namespace: string, name: string) {
  for (let i = 0; i < 600; i++) {
    const object = await client.get<GitRepository>(refOf(namespace, name), { as: 'own' }).catch(error => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
    if (object?.status?.artifact) return object.status.artifact;
    await sleep(250);
  }
  throw new Error(`there is no artifact of ${name} in ${namespace}: see the log with VERBOSE=1`);
}

/** What a repository was tried by, when the next one includes it no more. */
async function forget(client: KubeClient, repository: string): Promise<void> {
  for (const namespace of [there, here]) {
    const { apiVersion, kind } = refOf(namespace, '');
    const { items } = await client.listAll(apiVersion, kind, { namespace, as: 'own' });
    for (const { metadata } of items)
      if (metadata.name.startsWith(`${repository}-`))
        await client.delete(refOf(namespace, metadata.name), { as: 'own' });
  }
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
  return found.join('; ') || 'the same files in other bytes, or by another revision';
}
