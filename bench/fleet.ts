import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay } from '@millrace/kube';
import { contenders } from './fleet-contenders.ts';
import { makeFleet } from './fleet-repository.ts';
import { appliedBy, type Run } from './fleet-run.ts';
import type { Sample } from './scrape.ts';
import { printTable } from './table.ts';

/** MILLRACE_BENCH_FLEET=100,300: other sizes than these. */
const sizes = (process.env.MILLRACE_BENCH_FLEET ?? '100,300,1000,5000').split(',').map(Number);

/** Kustomizations of the fleet have an interval of a minute: in so long each comes due once. */
const interval = 63_000;

interface Row {
  what: string;
  seconds: number;
  cost: Sample;
}

/**
 * What a fleet costs: its installation, an upgrade of all, the push of one, and an interval without news. With the
 * embedded API always; beside it, where MILLRACE_BENCH_KUBECONFIG names a cluster, the controllers alone there, and
 * Flux's own where its programs are on the PATH.
 */
export async function run(): Promise<void> {
  const all = contenders(process.env.MILLRACE_BENCH_KUBECONFIG);
  for (const size of sizes) {
    for (const { name, start } of all) {
      const rows = await measure(size, start);
      console.log(`\n${size} Kustomizations with four objects each: ${name}\n`);
      printTable(['what', 'time', 'processor time', 'memory at most', 'API requests'], rows.map(shown));
      const requests = kinds(rows[0]!.cost, size);
      if (requests) console.log(`\nRequests of the installation for each Kustomization: ${requests}`);
    }
  }
}

const shown = ({ what, seconds, cost: { cpu, peak, requests } }: Row): string[] => [
  what,
  `${seconds.toFixed(1)} s`,
  `${cpu.toFixed(1)} s`,
  `${(peak / 2 ** 20).toFixed(0)} MB`,
  String([...requests.values()].reduce((sum, count) => sum + count, 0)),
];

/** The kinds of requests that are made for many Kustomizations. */
function kinds({ requests }: Sample, size: number): string {
  return [...requests]
    .sort((a, b) => b[1] - a[1])
    .filter(([kind, count]) => kind !== '' && count >= size / 20)
    .map(([kind, count]) => `${(count / size).toFixed(2)} ${kind}`)
    .join(', ');
}

async function measure(size: number, start: (fleet: string) => Promise<Run>): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const rows: Row[] = [];
  let run: Run | undefined;
  try {
    const fleet = await makeFleet(join(folder, 'fleet'), size);
    const begun = performance.now();
    run = await start(fleet.path);
    const { client, sample, publish } = run;
    const step = async (what: string, before: Sample, begin: number, done: Promise<unknown>) => {
      await done;
      const seconds = (performance.now() - begin) / 1000;
      rows.push({ what, seconds, cost: difference(before, await sample()) });
    };
    const nothing: Sample = { cpu: 0, peak: 0, requests: new Map() };
    await step('install', nothing, begun, appliedBy(client, size, fleet.head));
    for (const [what, value, folders] of [
      ['upgrade of all', 1, size],
      ['push of one', 2, 1],
    ] as const) {
      const before = await sample();
      const commit = await fleet.change(value, folders);
      const begin = performance.now();
      await publish();
      await step(what, before, begin, appliedBy(client, size, commit));
    }
    const before = await sample();
    const begin = performance.now();
    await step('an interval of all without news', before, begin, delay(interval));
    return rows;
  } finally {
    await run?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function difference(before: Sample, after: Sample): Sample {
  const requests = new Map<string, number>();
  for (const [kind, count] of after.requests) {
    const more = count - (before.requests.get(kind) ?? 0);
    if (more > 0) requests.set(kind, more);
  }
  return { cpu: after.cpu - before.cpu, peak: after.peak, requests };
}
