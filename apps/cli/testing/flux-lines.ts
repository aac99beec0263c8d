import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from '../program.ts';

export interface Printed {
  code: number;
  stdout: string;
  stderr: string;
}

/** MILLRACE_RECORD_FLUX names the flux program that makes the golden files. */
export const recorder = process.env.MILLRACE_RECORD_FLUX;

/**
 * Command lines, and what flux 2.9.4 prints for each.
 * @param golden a folder with lines.txt and flux-2.9.4.json
 * @param typedIn where they are typed
 */
export function fluxLines(golden: URL, typedIn: URL): { lines: string[]; recorded: Record<string, Printed> } {
  const lines = readFileSync(new URL('lines.txt', golden), 'utf8').trimEnd().split('\n');
  const file = new URL('flux-2.9.4.json', golden);
  if (recorder) {
    const all = lines.map(line => [line, typedInto(recorder, line, typedIn)]);
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(all), null, 1)}\n`);
  }
  return { lines, recorded: JSON.parse(readFileSync(file, 'utf8')) as Record<string, Printed> };
}

/** What another program prints for a line. */
export function typedInto(
  program: string,
  line: string,
  folder: URL,
  env: NodeJS.ProcessEnv = process.env,
): Printed {
  const { status, stdout, stderr, error } = spawnSync(program, words(line), {
    cwd: fileURLToPath(folder),
    env,
    encoding: 'utf8',
    timeout: 60_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (error) throw new Error(`${line}: ${error.message}`, { cause: error });
  return { code: status ?? 0, stdout, stderr };
}

/** Type a line here, as a shell would pass it on. */
export async function typed(line: string): Promise<Printed> {
  const printed = { stdout: '', stderr: '' };
  const before = { stdout: process.stdout.write, stderr: process.stderr.write };
  const program = process.argv[1]!;
  process.argv[1] = 'flux';
  for (const stream of ['stdout', 'stderr'] as const)
    process[stream].write = text => {
      printed[stream] += String(text);
      return true;
    };
  try {
    return { code: await run(words(line)), ...printed };
  } finally {
    for (const stream of ['stdout', 'stderr'] as const) process[stream].write = before[stream];
    process.argv[1] = program;
    process.exitCode = undefined;
  }
}

/** As a shell divides a line: single quotes hold words together. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''));
}
