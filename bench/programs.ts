import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A whole process that makes a text of a folder, from nothing. The folder is the last of its words. */
export interface Program {
  name: string;
  command: string;
  args: string[];
}

export interface Run {
  milliseconds: number;
  /** Of the process at its largest, in bytes; undefined for a program that does not say. */
  peak: number | undefined;
  output: string;
}

/** A program of the PATH that tells its version; undefined when there is none. */
export function realProgram(command: string, version: string[], args: string[]): Program | undefined {
  const told = spawnSync(command, version, { encoding: 'utf8' });
  if (told.status !== 0) return undefined;
  return { name: `${command} ${told.stdout.trim()}`, command, args };
}

const bundle = fileURLToPath(new URL('../dist/millrace.js', import.meta.url));
const source = fileURLToPath(new URL('../apps/cli/bin.js', import.meta.url));

/** millrace as it is installed; from its sources, with the price of reading TypeScript, where nothing is bundled. */
export function ownProgram(...words: string[]): Program {
  const bundled = existsSync(bundle);
  const sayPeak = "process.on('exit',()=>process.stderr.write('peak '+process.resourceUsage().maxRSS))";
  return {
    name: bundled ? 'millrace, bundled' : 'millrace, from source (npm run build bundles it)',
    command: process.execPath,
    args: [
      `--import=data:text/javascript,${encodeURIComponent(sayPeak)}`,
      bundled ? bundle : source,
      ...words,
    ],
  };
}

/** Runs a program on a folder once. Throws when the program fails. */
export function runOnce({ name, command, args }: Program, folder: string): Run {
  const start = performance.now();
  const done = spawnSync(command, [...args, folder], { encoding: 'utf8', maxBuffer: 1 << 30 });
  const milliseconds = performance.now() - start;
  if (done.status !== 0) throw new Error(`${name} failed on ${folder}: ${done.stderr}`);
  const peak = /peak (\d+)$/.exec(done.stderr)?.[1];
  return {
    milliseconds,
    peak: peak === undefined ? undefined : Number(peak) * 1024,
    output: done.stdout,
  };
}
