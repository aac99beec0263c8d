import { spawnSync } from 'node:child_process';
import { type ChartCase, chartCases, keptHelm, type Outcome, runHelm, templateArgs } from './helm-charts.ts';
import { ownTemplate } from './helm-own.ts';

type Verdict = 'equal' | 'equal but for random lines' | 'both refuse' | 'random' | 'differs';

/** How often the real program renders a chart whose text is not ours, to learn which of its lines are random. */
const samples = 4;

/** Stands for a line that the real program writes differently each time. */
const random = '\0random';

/**
 * Renders every chart of the given folders with this project and with the real `helm` of the PATH, with its default
 * values and with each of its `ci/*.yaml`, and prints where the texts differ. Returns true when none does.
 * `--keep=FOLDER` keeps what helm wrote for the next run, `--verbose` shows where only the refusals' words differ.
 */
export async function run(args: string[]): Promise<boolean> {
  const folders = args.filter(arg => !arg.startsWith('--'));
  const version = spawnSync('helm', ['version', '--template', '{{.Version}}'], { encoding: 'utf8' });
  if (version.status !== 0 || folders.length === 0) {
    console.error(folders.length === 0 ? 'give the folders to walk' : 'there is no helm on the PATH');
    return false;
  }
  console.log(`against helm ${version.stdout.trim()}`);
  const keep = args.find(arg => arg.startsWith('--keep='))?.slice('--keep='.length);
  const real = keep === undefined ? runHelm : keptHelm(keep);
  const verbose = args.includes('--verbose');
  let same = true;
  for (const folder of folders) same = (await compareFolder(folder, real, verbose)) && same;
  return same;
}

async function compareFolder(folder: string, real: typeof runHelm, verbose: boolean): Promise<boolean> {
  const counts = new Map<Verdict, number>();
  const charts = new Set<string>();
  let otherWords = 0;
  for (const chart of chartCases(folder)) {
    const mine = await ownTemplate(chart);
    const theirs = withoutLog(await real(templateArgs(chart)));
    const { verdict, difference } = await judge(chart, mine, theirs);
    charts.add(chart.chart);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    if (difference !== undefined) console.log(`\n✗ ${nameOf(chart)}\n${difference}`);
    if (verdict === 'both refuse' && mine.stderr !== theirs.stderr) {
      otherWords++;
      if (verbose) console.log(`\n~ ${nameOf(chart)}\n  ours:   ${mine.stderr}  theirs: ${theirs.stderr}`);
    }
  }
  const summary = [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
  console.log(`\n${folder}: ${charts.size} charts: ${summary} (${otherWords} of them in other words)`);
  return !counts.has('differs');
}

/** What helm logs while it works is no part of what it says in the end. */
function withoutLog(outcome: Outcome): Outcome {
  return { ...outcome, stderr: outcome.stderr.replace(/^level=.*\n/gm, '') };
}

function nameOf({ chart, values }: ChartCase): string {
  return values === undefined ? chart : `${chart} -f ${values}`;
}

async function judge(
  chart: ChartCase,
  mine: Outcome,
  theirs: Outcome,
): Promise<{ verdict: Verdict; difference?: string }> {
  if (mine.code !== 0 && theirs.code !== 0 && mine.stdout === theirs.stdout)
    return { verdict: 'both refuse' };
  if (mine.code === theirs.code && mine.stdout === theirs.stdout) return { verdict: 'equal' };
  if (mine.code !== theirs.code)
    return { verdict: 'differs', difference: `  ours:   ${lines(mine)}\n  theirs: ${lines(theirs)}` };
  const pattern = await withoutRandomLines(chart, theirs.stdout);
  if (pattern === undefined) return { verdict: 'random' };
  const own = mine.stdout.split('\n');
  const first = pattern.findIndex((line, i) => line !== random && line !== own[i]);
  if (first < 0 && own.length === pattern.length) return { verdict: 'equal but for random lines' };
  return { verdict: 'differs', difference: excerpt(first < 0 ? pattern.length - 1 : first, own, pattern) };
}

function lines({ code, stdout, stderr }: Outcome): string {
  return code === 0 ? `renders ${stdout.split('\n').length} lines` : stderr.trim();
}

/** The lines of a text that helm writes the same each time; undefined when even their number varies. */
async function withoutRandomLines(chart: ChartCase, text: string): Promise<string[] | undefined> {
  const pattern = text.split('\n');
  for (let i = 0; i < samples; i++) {
    const again = (await runHelm(templateArgs(chart))).stdout.split('\n');
    if (again.length !== pattern.length) return undefined;
    for (const [at, line] of again.entries()) if (line !== pattern[at]) pattern[at] = random;
  }
  return pattern;
}

function excerpt(first: number, own: string[], theirs: string[]): string {
  const part = (text: string[]) =>
    text
      .slice(Math.max(first - 3, 0), first + 6)
      .map(line => `    ${line}`)
      .join('\n');
  return `  from line ${first + 1}, ours:\n${part(own)}\n  theirs:\n${part(theirs)}`;
}
