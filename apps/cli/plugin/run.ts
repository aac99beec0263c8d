import { execFile, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { CliError } from '../cli-error.ts';
import type { Plugin } from './folder.ts';

/** Give the terminal to a plugin. Returns its exit code. */
export function runPlugin({ path }: Plugin, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { stdio: 'inherit' });
    // Ctrl-C reaches both by the terminal, and is the plugin's to answer; what is sent to this process is meant for it.
    process.on('SIGINT', () => {});
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
    child.on('error', error =>
      reject(new CliError(`cannot run ${path}: ${error.message}`, { cause: error })),
    );
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));
  });
}

/** What a plugin offers for words that are typed after its name, in cobra's form; nothing where it fails. */
export function completionsOf({ path }: Plugin, words: string[]): Promise<string> {
  return new Promise(resolve => {
    execFile(path, ['__complete', ...words], { timeout: 5000 }, (error, out) =>
      resolve(error ? ':1\n' : out),
    );
  });
}
