import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { packArchive, unpackTree } from '@millrace/artifact';
import { build, render, treeOf } from '@millrace/kustomize';
import { startBuilder } from '@millrace/kustomize-controller';
import { type Files, fullOverlay, plainOverlay, smallOverlays, writeFiles } from './kustomize-overlay.ts';
import { ownProgram, type Program, realProgram, runOnce } from './programs.ts';
import { milliseconds, percentile, printTable } from './table.ts';

/** What the real program is asked to build: with 10,000 objects it would take minutes. */
const largestForReal = 4000;
const sizes = [1000, 2000, 4000, 10_000];

/** How fast and how large builds are, beside the real program in the same run. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  const real = realProgram('kustomize', ['version'], ['build']);
  if (real === undefined) console.log('There is no kustomize on the PATH: its columns say so.\n');
  try {
    benchOverlay(join(folder, 'full'), real);
    benchSmallOverlays();
    benchGrowth(folder, real);
    await benchEventLoop();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function benchOverlay(folder: string, real: Program | undefined): void {
  const files = fullOverlay(1000);
  writeFiles(folder, files);
  const own = ownProgram('kustomize', 'build');
  const overlay = join(folder, 'overlay');
  const theirs = real && { time: processMedian(real, overlay), text: runOnce(real, overlay).output };
  const ours = processMedian(own, overlay);
  const warm = warmMedian(files);
  const text = runOnce(own, overlay).output;
  console.log('1,000 objects: namespace, prefix, labels with selectors, image, generators, 50 patches\n');
  const row = (name: string, time: number) => [name, milliseconds(time), timesFaster(theirs?.time, time)];
  printTable(
    ['build', 'median', 'times faster'],
    [
      [real?.name ?? 'kustomize', theirs ? milliseconds(theirs.time) : 'not on the PATH', '1'],
      row(`${own.name}: a whole process`, ours),
      row('@millrace/kustomize, in process and warm', warm),
    ],
  );
  if (theirs) console.log(`\nsame text as the real program: ${theirs.text === text ? 'yes' : 'NO'}`);
}

function processMedian(program: Program, folder: string): number {
  return percentile(
    Array.from({ length: 5 }, () => runOnce(program, folder).milliseconds),
    0.5,
  );
}

/** Build and print, after enough builds that the code is compiled. */
function warmMedian(files: Files): number {
  const tree = treeOf(files);
  const samples = Array.from({ length: 9 }, () => {
    const start = performance.now();
    render(build({ files: tree, path: 'overlay' }).objects);
    return performance.now() - start;
  });
  return percentile(samples.slice(2), 0.5);
}

function timesFaster(theirs: number | undefined, ours: number): string {
  return theirs === undefined ? '' : (theirs / ours).toFixed(1);
}

function benchSmallOverlays(): void {
  const count = 200;
  const tree = treeOf(smallOverlays(count));
  const rounds = Array.from({ length: 4 }, () => {
    const start = performance.now();
    for (let i = 0; i < count; i++) render(build({ files: tree, path: `overlay-${i}` }).objects);
    return (performance.now() - start) / count;
  });
  console.log(`\n${count} overlays of a base of 4 objects, in one process\n`);
  printTable(
    ['round', 'each'],
    rounds.map((each, i) => [i === 0 ? 'first' : `${i + 1}`, `${each.toFixed(2)} ms`]),
  );
}

function benchGrowth(folder: string, real: Program | undefined): void {
  const own = ownProgram('kustomize', 'build');
  const rows = sizes.map(size => {
    const files = plainOverlay(size);
    const place = join(folder, `growth-${size}`);
    writeFiles(place, files);
    const warm = warmMedian(files);
    const whole = runOnce(own, join(place, 'overlay'));
    const theirs =
      real && size <= largestForReal ? runOnce(real, join(place, 'overlay')).milliseconds : undefined;
    const notRun = real === undefined ? 'not on the PATH' : 'not run';
    return [
      String(size),
      milliseconds(warm),
      `${((warm / size) * 1000).toFixed(0)} µs`,
      milliseconds(whole.milliseconds),
      `${((whole.peak ?? Number.NaN) / 2 ** 20).toFixed(0)} MB`,
      theirs === undefined ? notRun : milliseconds(theirs),
      timesFaster(theirs, warm),
    ];
  });
  console.log('\nGrowth: namespace, prefix, selector labels and one image\n');
  printTable(
    [
      'objects',
      'warm',
      'an object',
      `whole process (${own.name})`,
      'its memory',
      real?.name ?? 'kustomize',
      'warm is times faster',
    ],
    rows,
  );
}

/** How long the event loop of a process is held while it builds through the controller's worker. */
async function benchEventLoop(): Promise<void> {
  const builder = startBuilder();
  const rows: string[][] = [];
  for (const size of [1000, 10_000]) {
    const files = Object.entries(fullOverlay(size)).map(([path, text]) => ({
      path,
      content: new TextEncoder().encode(text),
    }));
    const archive = await packArchive(files);
    const task = {
      tree: await unpackTree(archive),
      spec: { path: 'overlay' },
      variables: undefined,
      strict: false,
    };
    const delays = monitorEventLoopDelay({ resolution: 1 });
    await setTimeout(50);
    delays.enable();
    for (let i = 0; i < 5; i++) await builder.build(task, { group: 'bench', timeout: 60_000 });
    await setTimeout(50);
    delays.disable();
    rows.push([String(size), milliseconds(delays.percentile(99.9) / 1e6), milliseconds(delays.max / 1e6)]);
  }
  await builder.stop();
  console.log('\nThe event loop while five builds run in the controller’s worker thread\n');
  printTable(['objects', 'held, 99.9th percentile', 'held at most'], rows);
}
