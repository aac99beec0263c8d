import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay } from '@millrace/kube';
import { type Cost, costBetween, kindsOf, nothing, printCosts } from './cost.ts';
import { contenders } from './fleet-contenders.ts';
import { makeFleet } from './fleet-repository.ts';
import { appliedBy, type Run } from './fleet-run.ts';
import type { Sample } from './scrape.ts';

/** MILLRACE_BENCH_FLEET=100,300: other sizes than these. */
const sizes = (process.env.MILLRACE_BENCH_FLEET ?? '100,300,1000,5000').split(',').map(Number);

/** Kustomizations of the fleet have an interval of a minute: in so long each comes due once. */
const interval = 63_000;

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
      printCosts(rows);
      const requests = kindsOf(rows[0]!, size);
      if (requests) console.log(`\nRequests of the installation for each Kustomization: ${requests}`);
    }
  }
}

async function measure(size: number, start: (fleet: string) => Promise<Run>): Promise<Cost[]> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const rows: Cost[] = [];
  let run: Run | undefined;
  try {
    const fleet = await makeFleet(join(folder, 'fleet'), size);
    const begun = performance.now();
    run = await start(fleet.path);
    const { client, sample, publish } = run;
    const step = async (what: string, before: Sample, begin: number, done: Promise<unknown>) => {
      await done;
      const seconds = (performance.now() - begin) / 1000;
      rows.push({ what, seconds, ...costBetween(before, await sample()) });
    };
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
