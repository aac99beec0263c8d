import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** node:sqlite without a flag, and sources that run as they are. */
const needed = [24, 0] as const;

/**
 * True when this Node can run the program. Otherwise the program is run with the Node that the project brought along
 * (the npm package `node`), and when there is none, the user is told what is needed.
 */
export function requireNode(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return true;
  const other = broughtAlong(dirname(fileURLToPath(import.meta.url)));
  if (!other || process.env.MILLRACE_STARTED_BY === process.version) {
    console.error(`millrace needs Node ${needed.join('.')} or later; this is ${process.version}.`);
    process.exitCode = 1;
    return false;
  }
  const env = { ...process.env, MILLRACE_STARTED_BY: process.version };
  const result = spawnSync(other, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit', env });
  process.exitCode = result.status ?? 1;
  return false;
}

function broughtAlong(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', 'node', 'bin', 'node');
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}
