import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCluster } from '@millrace/cluster';
import { marshalJson } from '@millrace/go-template';
import { type Release, releaseValue } from '@millrace/helm';
import { equal, isObject, type Json } from '@millrace/json';
import { asJson, isNotFound, type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import { recordsIn, resourcesIn } from '@millrace/releases';

type Program = 'helm' | 'millrace';

/** What is done with a release, one after the other; between them somebody deletes one of its objects and changes another. */
const steps = [
  'install NAME OLD --create-namespace',
  'drift',
  'upgrade NAME NEW --reset-then-reuse-values --description second',
  'upgrade NAME NEW --reuse-values --set-string relayed=3',
  'rollback NAME 1',
  'drift',
  'rollback NAME 3',
  'upgrade NAME OLD --reset-values',
  'uninstall NAME --keep-history',
  'uninstall NAME',
];

/** Who does which step: helm alone twice, to know what differs by chance, and both by turns. */
const casts: Record<string, (step: number) => Program> = {
  helm: () => 'helm',
  'helm again': () => 'helm',
  'millrace first': step => (step % 2 === 0 ? 'millrace' : 'helm'),
  'helm first': step => (step % 2 === 0 ? 'helm' : 'millrace'),
  millrace: () => 'millrace',
};

const name = 'relay';
const namespace = 'relay';

/**
 * Hands releases of charts from helm to `millrace helm` and back at every step, and compares with what helm alone
 * leaves: how commands end, the records, and the objects with the owners of their fields. Arguments are folders of
 * charts, or two of them, `OLD:NEW`, to go from one version to another and back. In the embedded cluster, or the one of MILLRACE_E2E_KUBECONFIG. True if nothing differs.
 */
export async function run(charts: string[]): Promise<boolean> {
  const given = process.env.MILLRACE_E2E_KUBECONFIG;
  const cluster = given ? undefined : await startCluster({ inMemory: true });
  const folder = mkdtempSync(join(tmpdir(), 'millrace-relay-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster?.kubeconfig ?? readFileSync(given!, 'utf8'), { mode: 0o600 });
  const client = kubeClient(loadConnection({ path: kubeconfig }));
  const place = { client, kubeconfig, folder };
  let sound = true;
  try {
    for (const chart of charts) {
      const differences = await relay(chart, place);
      console.log(
        `${basename(chart)}: ${differences.length === 0 ? 'equal' : `${differences.length} differ`}`,
      );
      for (const difference of differences) console.log(`  ${difference}`);
      sound &&= differences.length === 0;
    }
    return sound;
  } finally {
    // What is uninstalled leaves nothing but the namespace, which the next chart uses.
    await typed('kubectl', ['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false'], place);
    await client.close();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Place {
  client: KubeClient;
  kubeconfig: string;
  folder: string;
}

/** What there is after a step. */
interface Outcome {
  code: Json;
  printed: string;
  records: Json;
  objects: Json;
}

async function relay(chart: string, place: Place): Promise<string[]> {
  const played = new Map<string, Outcome[]>();
  for (const [cast, who] of Object.entries(casts)) played.set(cast, await play(chart, who, place));
  const expected = played.get('helm')!;
  const chance = played.get('helm again')!;
  const differences: string[] = [];
  for (const [cast, outcomes] of played) {
    if (cast.startsWith('helm') && cast !== 'helm first') continue;
    for (const [i, step] of steps.entries())
      for (const what of ['code', 'records', 'objects'] as const) {
        const at = firstDifference(expected[i]![what], outcomes[i]![what], chance[i]![what], '');
        if (at)
          differences.push(`${cast}, ${step}: ${what} ${at}${what === 'code' ? outcomes[i]!.printed : ''}`);
      }
  }
  return differences;
}

async function play(chart: string, who: (step: number) => Program, place: Place): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const [old = chart, next = old] = chart.split(':');
  for (const [i, step] of steps.entries()) {
    if (step === 'drift') {
      await drift(place.client);
      outcomes.push({ code: 0, printed: '', ...(await lookAt(place.client)) });
      continue;
    }
    const args = step.replace('NAME', name).replace('OLD', old).replace('NEW', next).split(' ');
    const { code, printed } = await typed(
      who(i),
      [...args, '--namespace', namespace, '--timeout', '30s'],
      place,
    );
    outcomes.push({ code, printed, ...(await lookAt(place.client)) });
  }
  return outcomes;
}

/** Delete the first object of the release, and write a label on the last, where there is a release. */
async function drift(client: KubeClient): Promise<void> {
  const last = (await recordsIn({ client, as: 'own', namespace }).history(name)).at(-1);
  if (!last) return;
  const refs = (await resourcesIn(last.manifest, { client, namespace })).map(({ ref }) => ref);
  const options = { as: 'own', fieldManager: 'drift' } as const;
  const [first] = refs;
  // An install that has failed has not made all of them.
  const unlessGone = (error: unknown) => {
    if (!isNotFound(error)) throw error;
  };
  if (first) await client.delete(first, { as: 'own' }).catch(unlessGone);
  const other = refs.at(-1);
  if (other && other !== first)
    await client
      .patch(other, 'merge', { metadata: { labels: { drifted: 'yes' } } }, options)
      .catch(unlessGone);
}

async function lookAt(client: KubeClient): Promise<Pick<Outcome, 'records' | 'objects'>> {
  const signal = AbortSignal.timeout(60_000);
  const records = recordsIn({ client, as: 'own', namespace, signal });
  const history = await records.history(name);
  const objects: Json[] = [];
  const last = history.at(-1);
  if (last)
    for (const { ref } of await resourcesIn(last.manifest, { client, namespace }))
      objects.push(
        await client.get(ref, { as: 'own', signal }).then(
          object => plain(asJson(object)),
          error => {
            if (isNotFound(error)) return `${ref.kind}/${ref.name} is not there`;
            throw error;
          },
        ),
      );
  return { records: history.map(recorded), objects };
}

function recorded(release: Release): Json {
  return plain({
    ...(JSON.parse(marshalJson(releaseValue(release))) as { [key: string]: Json }),
    labels: release.labels,
  });
}

/** What servers and clocks decide. Helm also keeps when the files of a folder were written; for rendering it means nothing. */
const moot = new Set([
  ...[
    'uid',
    'resourceVersion',
    'creationTimestamp',
    'generation',
    'time',
    'status',
    'modtime',
    'schemamodtime',
  ],
  ...['first_deployed', 'last_deployed', 'deleted', 'started_at', 'completed_at'],
  ...['clusterIP', 'clusterIPs', 'nodePort', 'healthCheckNodePort'],
]);

function plain(value: Json): Json {
  if (Array.isArray(value)) return value.map(plain).sort(byManager);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(
    ([key, field]) => !moot.has(key) || (key === 'status' && typeof field === 'string'),
  );
  return Object.fromEntries(kept.map(([key, field]) => [key, plain(field as Json)]));
}

/** Managers of fields come in no order. */
function byManager(a: Json, b: Json): number {
  if (!isObject(a) || !isObject(b) || !a.fieldsV1 || !b.fieldsV1) return 0;
  const [one, other] = [a, b].map(
    entry => `${String(entry.manager)} ${String(entry.operation)} ${String(entry.subresource ?? '')}`,
  );
  return one! < other! ? -1 : 1;
}

/** Where two values differ, except in what differs by chance. */
function firstDifference(expected: Json, found: Json, chance: Json, path: string): string | undefined {
  if (equal(expected, found)) return undefined;
  if (Array.isArray(expected) && Array.isArray(found) && expected.length === found.length) {
    const chances = Array.isArray(chance) ? chance : [];
    for (const [i, one] of expected.entries()) {
      const at = firstDifference(one, found[i]!, chances[i] ?? one, `${path}[${i}]`);
      if (at) return at;
    }
    return undefined;
  }
  if (isObject(expected) && isObject(found)) {
    const chances = isObject(chance) ? chance : {};
    for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      const [one, other] = [expected[key] ?? null, found[key] ?? null];
      const at = firstDifference(one, other, chances[key] ?? one, `${path}.${key}`);
      if (at) return at;
    }
    return undefined;
  }
  if (!equal(expected, chance)) return undefined;
  const short = (value: Json) => JSON.stringify(value).slice(0, 200);
  return `${path || '.'} is ${short(found)}, with helm ${short(expected)}; `;
}

const main = fileURLToPath(new URL('../apps/cli/main.ts', import.meta.url));

async function typed(
  program: Program | 'kubectl',
  args: string[],
  place: Place,
): Promise<{ code: number; printed: string }> {
  const command = program === 'millrace' ? [process.execPath, main, 'helm'] : [program];
  const child = spawn(command[0]!, [...command.slice(1), ...args], {
    env: { PATH: process.env.PATH, HOME: place.folder, KUBECONFIG: place.kubeconfig, TZ: 'UTC', LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', text => {
      printed += text;
    });
  const [code] = (await once(child, 'close')) as [number];
  return { code, printed };
}
