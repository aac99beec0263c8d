import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCluster } from '@millrace/cluster';
import { type Session, sessions } from './cluster-sessions.ts';

/** A cluster as the programs know it: by a kubeconfig. */
interface Target {
  name: string;
  kubeconfig: string;
}

interface Difference {
  command: string;
  here: string;
  there: string;
}

const outcome = fileURLToPath(new URL('../docs/reference/sessions.md', import.meta.url));

/**
 * Types the same commands of the real kubectl and helm at the embedded cluster and at the Kubernetes of
 * MILLRACE_E2E_KUBECONFIG, and compares what they print and how they end, but for what no two runs have in common.
 * Arguments choose sessions by a part of their titles; without one the table in docs/ is written. True if nothing
 * differs.
 */
export async function run(args: string[]): Promise<boolean> {
  const given = process.env.MILLRACE_E2E_KUBECONFIG;
  if (!given) {
    console.error('MILLRACE_E2E_KUBECONFIG must name the kubeconfig of a Kubernetes to compare with');
    return false;
  }
  const cluster = await startCluster({ inMemory: true });
  try {
    const here = { name: 'embedded', kubeconfig: cluster.kubeconfig };
    const there = { name: 'Kubernetes', kubeconfig: readFileSync(given, 'utf8') };
    await requireReady(there);
    const chosen = sessions.filter(({ title }) => args.length === 0 || args.some(arg => title.includes(arg)));
    const rows: Row[] = [];
    for (const session of chosen) rows.push(await compare(session, here, there));
    if (args.length === 0) writeFileSync(outcome, table(rows, await versions(there)));
    return rows.every(({ differences }) => differences.length === 0);
  } finally {
    await cluster.stop();
  }
}

interface Row {
  session: Session;
  differences: Difference[];
  /** True where the Kubernetes has no node to run it on. */
  skipped: boolean;
}

async function compare(session: Session, here: Target, there: Target): Promise<Row> {
  if (session.needsNodes && (await countNodes(there)) === 0) {
    console.log(`${session.title}: not compared, for the Kubernetes has no nodes`);
    return { session, differences: [], skipped: true };
  }
  const namespace = `session-${session.title.replaceAll(/[^a-z]+/g, '-')}`;
  const [ours, theirs] = await Promise.all([play(session, here, namespace), play(session, there, namespace)]);
  const differences = session.commands.flatMap((command, index) =>
    ours[index] === theirs[index] ? [] : [{ command, here: ours[index]!, there: theirs[index]! }],
  );
  console.log(
    `${session.title}: ${session.commands.length - differences.length} of ${session.commands.length} equal`,
  );
  for (const { command, here: our, there: their } of differences)
    console.log(`\n$ ${command}\n--- ${here.name}\n${our}\n--- ${there.name}\n${their}\n`);
  return { session, differences, skipped: false };
}

/** Throws what kubectl says of a Kubernetes that does not answer. */
async function requireReady(target: Target): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-ready-'));
  try {
    const said = await typed('kubectl get --raw /readyz', await prepare(folder, target, 'default'));
    if (!said.endsWith('exit 0')) throw new Error(`the Kubernetes to compare with is not ready: ${said}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function countNodes(target: Target): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-nodes-'));
  try {
    const nodes = await typed('kubectl get nodes -o name', await prepare(folder, target, 'default'));
    return nodes.split('node/').length - 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What each command of a session printed, in a namespace that is there only for it. */
async function play(session: Session, target: Target, namespace: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-session-'));
  const setting = await prepare(folder, target, namespace);
  for (const [name, text] of Object.entries(session.files ?? {})) writeFileSync(join(folder, name), text);
  await typed(`kubectl create namespace ${namespace}`, setting);
  await typed('kubectl wait --for=create sa/default cm/kube-root-ca.crt --timeout=30s', setting);
  try {
    const printed: string[] = [];
    for (const command of session.commands) printed.push(masked(await typed(command, setting), folder));
    return printed;
  } finally {
    await typed(`kubectl delete namespace ${namespace} --timeout=60s`, setting);
    await typed(
      'kubectl delete clusterrole,crd,priorityclass session-all session-high widgets.session.example.com',
      setting,
    );
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Setting {
  cwd: string;
  env: NodeJS.ProcessEnv;
}

async function prepare(folder: string, { kubeconfig }: Target, namespace: string): Promise<Setting> {
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, kubeconfig, { mode: 0o600 });
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    KUBECONFIG: path,
    LC_ALL: 'C',
    TZ: 'UTC',
  };
  const setting = { cwd: folder, env };
  await typed(`kubectl config set-context --current --namespace=${namespace}`, setting);
  return setting;
}

/** What a command prints on both its outputs, and how it ends. */
async function typed(command: string, { cwd, env }: Setting): Promise<string> {
  const child = spawn('sh', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return `${stdout}${stderr}exit ${code}`;
}

/** What no two runs have in common, by what stands in its place. */
const masks: [RegExp, string][] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UID'],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?: ?\+0000 UTC|Z)?/g, 'TIME'],
  [/(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? [\w ]+ \d\d:\d\d:\d\d(?: \+0000| UTC)?(?: \d{4})?/g, 'TIME'],
  [/(resourceVersion"?: ")\d+"/g, '$1RV"'],
  [/\b10\.\d+\.\d+\.\d+\b/g, 'IP'],
  [/https:\/\/127\.0\.0\.1:\d+/g, 'SERVER'],
  [/\b3[012]\d{3}\b/g, 'PORT'],
  [/\b(\d+[smhd])+(?= |$)/gm, 'AGE'],
  [/(Resource Version: +)\d+/g, '$1RV'],
  [/(modifiedAt=)\d+/g, '$1TIME'],
  [/(targetPort":)\d+/g, '$1PORT'],
  [/\/tmp\/(MERGED|LIVE)-\d+/g, '/tmp/$1'],
  [/\b[WIE]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+/g, 'LOG'],
  // Names of ReplicaSets and Pods, with their hashes and random ends: no vowels, so that they spell nothing.
  [/-[bcdfghjklmnpqrstvwxz2456789]{8,10}(?:-[bcdfghjklmnpqrstvwxz2456789]{5})?\b/g, '-HASH'],
  [/(pod-template-hash[=:] ?"?)[bcdfghjklmnpqrstvwxz2456789]{8,10}\b/g, '$1HASH'],
  [/ {2,}/g, '  '],
  [/ +$/gm, ''],
];

function masked(text: string, folder: string): string {
  return masks.reduce(
    (done, [pattern, mark]) => done.replace(pattern, mark),
    text.replaceAll(folder, 'FOLDER'),
  );
}

async function versions(target: Target): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-versions-'));
  const told = await typed(
    'kubectl version; helm version --template "helm {{.Version}}"',
    await prepare(folder, target, 'default'),
  );
  rmSync(folder, { recursive: true, force: true });
  const of = (name: string) => new RegExp(`${name}:? (v[\\d.]+)`).exec(told)?.[1] ?? '?';
  return `kubectl ${of('Client Version')}, helm ${of('helm')} and Kubernetes ${of('Server Version')}`;
}

function table(rows: Row[], tools: string): string {
  const lines = rows.map(({ session, differences, skipped }) => {
    const count = session.commands.length;
    return `| ${session.title} | ${count} | ${skipped ? 'not compared: no nodes' : count - differences.length} |`;
  });
  const told = rows
    .filter(({ differences }) => differences.length > 0)
    .map(({ session, differences }) => {
      const commands = differences.map(
        ({ command, here, there }) =>
          `\`${command}\`\n\n\`\`\`\nembedded:   ${here}\nKubernetes: ${there}\n\`\`\`\n`,
      );
      return `## ${session.title}\n\n${commands.join('\n')}`;
    });
  return `# The same commands at the embedded cluster and at Kubernetes

Made by \`npm run differential -- cluster\` with ${tools}: what the programs print and how they end, but for names,
times and addresses that no two runs have in common. The commands are in bench/cluster-sessions.ts.

| session | commands | equal |
| --- | --- | --- |
${lines.join('\n')}

${told.join('\n')}`;
}
