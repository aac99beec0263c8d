import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAll } from '@millrace/yaml';
import { BuildError, build, type LoadRestrictor, render } from '../index.ts';
import { diskTree } from './disk-tree.ts';

const names = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

interface Outcome {
  text?: string;
  error?: string;
}

/** Directories below `root` that hold a Kustomization (components are built through those that use them). */
function kustomizationsIn(root: string, directory = root): string[] {
  const entries = readdirSync(directory, { withFileTypes: true });
  const file = entries.find(entry => names.includes(entry.name) && !entry.isDirectory());
  const here =
    file !== undefined && !isComponent(join(directory, file.name)) ? [relative(root, directory)] : [];
  const below = entries
    .filter(entry => entry.isDirectory() && entry.name !== '.git' && entry.name !== 'node_modules')
    .flatMap(entry => kustomizationsIn(root, join(directory, entry.name)));
  return [...here, ...below];
}

function isComponent(file: string): boolean {
  return /^kind:\s*Component\s*$/m.test(readFileSync(file, 'utf8'));
}

function ours(root: string, path: string, loadRestrictor: LoadRestrictor): Outcome {
  try {
    return {
      text: render(
        build({ files: diskTree(root), path, options: { loadRestrictor, integers: 'exact' } }).objects,
      ),
    };
  } catch (error) {
    if (error instanceof BuildError) return { error: error.message };
    return { error: `CRASH ${(error as Error).stack}` };
  }
}

function theirs(root: string, path: string, loadRestrictor: LoadRestrictor): Outcome {
  const flags = loadRestrictor === 'none' ? ['--load-restrictor', 'LoadRestrictionsNone'] : [];
  // A proxy that refuses keeps the real program from fetching remote bases.
  const env = {
    ...process.env,
    HTTPS_PROXY: 'http://127.0.0.1:9',
    HTTP_PROXY: 'http://127.0.0.1:9',
    GIT_ALLOW_PROTOCOL: 'file',
  };
  const run = spawnSync('kustomize', ['build', ...flags, join(root, path)], {
    encoding: 'utf8',
    env,
    maxBuffer: 1 << 28,
  });
  return run.status === 0 ? { text: run.stdout } : { error: run.stderr.trim() };
}

type Verdict = 'equal' | 'equal as documents' | 'both refuse' | 'differs';

function judge(mine: Outcome, real: Outcome): Verdict {
  if (mine.text === undefined || real.text === undefined) {
    return mine.text === real.text && !mine.error?.startsWith('CRASH') ? 'both refuse' : 'differs';
  }
  if (mine.text === real.text) return 'equal';
  const same = JSON.stringify(parseAll(mine.text)) === JSON.stringify(parseAll(real.text));
  return same ? 'equal as documents' : 'differs';
}

function report(path: string, mine: Outcome, real: Outcome): void {
  console.log(`\n✗ ${path}`);
  if (mine.error !== undefined || real.error !== undefined) {
    console.log(`  ours:   ${mine.error ?? 'builds'}`);
    console.log(`  theirs: ${real.error?.split('\n').slice(-3).join(' ').slice(0, 600) ?? 'builds'}`);
    return;
  }
  const [a, b] = [mine.text!.split('\n'), real.text!.split('\n')];
  const first = a.findIndex((line, i) => line !== b[i]);
  const from = Math.max(first - 3, 0);
  console.log(
    `  from line ${first + 1}, ours:\n${a
      .slice(from, first + 6)
      .map(line => `    ${line}`)
      .join('\n')}`,
  );
  console.log(
    `  theirs:\n${b
      .slice(from, first + 6)
      .map(line => `    ${line}`)
      .join('\n')}`,
  );
}

/**
 * Builds every kustomization of the given directories with this package and with the real `kustomize` of
 * the PATH, and prints what differs. True when nothing does. `--load-restrictor-none` lets files outside a
 * kustomization's directory be read, as Flux does; `--verbose` shows what both refuse, too.
 */
export function run(args: string[]): boolean {
  const roots = args.filter(arg => !arg.startsWith('--'));
  const restrictor = args.includes('--load-restrictor-none') ? 'none' : 'rootOnly';
  const verbose = args.includes('--verbose');
  const version = spawnSync('kustomize', ['version'], { encoding: 'utf8' });
  if (version.status !== 0 || roots.length === 0) {
    console.error(roots.length === 0 ? 'give the directories to walk' : 'there is no kustomize on the PATH');
    return false;
  }
  console.log(`against kustomize ${version.stdout.trim()}`);
  return roots.map(root => compare(root, restrictor, verbose)).every(equal => equal);
}

function compare(root: string, restrictor: LoadRestrictor, verbose: boolean): boolean {
  const counts = new Map<Verdict, number>();
  for (const path of kustomizationsIn(root)) {
    const [mine, real] = [ours(root, path, restrictor), theirs(root, path, restrictor)];
    const verdict = judge(mine, real);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    if (verdict === 'differs' || (verdict === 'both refuse' && verbose)) report(path || '.', mine, real);
  }
  console.log(`\n${root}: ${[...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ')}`);
  return !counts.has('differs');
}
