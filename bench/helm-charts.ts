import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A chart on the disk and a file of values to render it with, if not only its own. */
export interface ChartCase {
  chart: string;
  values?: string;
}

/** What a program wrote and how it ended. */
export interface Outcome {
  stdout: string;
  stderr: string;
  code: number;
}

/**
 * The charts below a folder, each with its default values and with every values file of its `ci/` folder, where chart
 * repositories keep those that their own tests use. Charts within a chart are rendered through it.
 */
export function chartCases(folder: string): ChartCase[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  if (entries.some(entry => entry.name === 'Chart.yaml')) {
    const tests = join(folder, 'ci');
    const values = existsSync(tests) ? readdirSync(tests).filter(name => /\.ya?ml$/.test(name)) : [];
    return [{ chart: folder }, ...values.sort().map(name => ({ chart: folder, values: join(tests, name) }))];
  }
  return entries
    .filter(entry => entry.isDirectory() && entry.name !== '.git' && entry.name !== 'node_modules')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => chartCases(join(folder, entry.name)));
}

export function templateArgs({ chart, values }: ChartCase): string[] {
  return ['template', 'release-name', chart, ...(values === undefined ? [] : ['-f', values])];
}

/** Runs the helm of the PATH, cut off from clusters, registries and the user's settings. */
export function runHelm(args: string[]): Promise<Outcome> {
  const nowhere = 'http://127.0.0.1:9';
  const env = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    KUBECONFIG: '/nonexistent',
    HTTPS_PROXY: nowhere,
    HTTP_PROXY: nowhere,
  };
  return new Promise((resolve, reject) => {
    const helm = spawn('helm', args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    helm.stdout.on('data', chunk => out.push(chunk));
    helm.stderr.on('data', chunk => err.push(chunk));
    helm.on('error', reject);
    helm.on('close', code =>
      resolve({
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
        code: code ?? 1,
      }),
    );
  });
}

/** `runHelm`, its answers kept in a folder for the next comparison with the same charts. */
export function keptHelm(folder: string): typeof runHelm {
  mkdirSync(folder, { recursive: true });
  return async args => {
    const file = join(folder, `${createHash('sha256').update(args.join('\0')).digest('hex')}.json`);
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
    const outcome = await runHelm(args);
    writeFileSync(file, JSON.stringify(outcome));
    return outcome;
  };
}
