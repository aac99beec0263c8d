import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { coalesceValues, processDependencies, templateChart } from '@millrace/helm';
import { readChart } from '../apps/cli/helm/read-chart.ts';
import { largeChart, smallChart, writeChart } from './helm-sample.ts';
import { ownProgram, type Program, realProgram, runOnce } from './programs.ts';
import { percentile, printTable } from './table.ts';

const words = ['helm', 'template', 'release-name'];

/**
 * How fast charts are rendered, beside the real helm in the same run: a small chart, one of the size of the Prometheus
 * stack, and those whose folders MILLRACE_BENCH_CHARTS names, with `:` between them.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  const real = realProgram('helm', ['version', '--template', '{{.Version}}'], ['template', 'release-name']);
  if (real === undefined) console.log('There is no helm on the PATH: its columns are empty.\n');
  const given = (process.env.MILLRACE_BENCH_CHARTS ?? '').split(':').filter(Boolean);
  try {
    const charts = [
      writeChart(join(folder, 'small'), smallChart()),
      writeChart(join(folder, 'large'), largeChart()),
      ...given,
    ];
    printTable(
      [
        'chart',
        'lines',
        real?.name ?? 'helm',
        'whole process',
        'times faster',
        'load',
        'render',
        'times faster',
        'same text',
      ],
      charts.map(chart => row(chart, real)),
    );
    console.log(
      `\nwhole process: ${ownProgram(...words).name}; load and render: in process and warm, medians`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function row(folder: string, real: Program | undefined): string[] {
  const own = ownProgram(...words);
  const theirs = real && { time: processMedian(real, folder), text: runOnce(real, folder).output };
  const ours = processMedian(own, folder);
  const { load, render, text } = warm(folder);
  const exact = (time: number) => `${time.toFixed(1)} ms`;
  const faster = (time: number) => (theirs ? (theirs.time / time).toFixed(1) : '');
  return [
    basename(folder),
    String(text.split('\n').length),
    theirs ? exact(theirs.time) : '',
    exact(ours),
    faster(ours),
    exact(load),
    exact(render),
    faster(render),
    theirs ? (theirs.text === text ? 'yes' : 'NO') : '',
  ];
}

function processMedian(program: Program, folder: string): number {
  return percentile(
    Array.from({ length: 5 }, () => runOnce(program, folder).milliseconds),
    0.5,
  );
}

/** Milliseconds to load the chart, and to render it once it is loaded, after enough rounds that the code is compiled. */
function warm(folder: string): { load: number; render: number; text: string } {
  const loads: number[] = [];
  const renders: number[] = [];
  let text = '';
  for (let i = 0; i < 15; i++) {
    const start = performance.now();
    const chart = readChart(folder);
    const loaded = performance.now();
    const effective = processDependencies(chart, {});
    const values = coalesceValues(effective, {});
    const { stdout, error } = templateChart(effective, values, {
      release: { name: 'release-name', namespace: 'default' },
    });
    if (error !== undefined) throw new Error(`${folder}: ${error}`);
    if (i >= 5) renders.push(performance.now() - loaded);
    if (i >= 5) loads.push(loaded - start);
    text = stdout;
  }
  return { load: percentile(loads, 0.5), render: percentile(renders, 0.5), text };
}
