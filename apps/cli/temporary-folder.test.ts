import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const module = new URL('./temporary-folder.ts', import.meta.url).href;
const script = `import { writeFileSync } from 'node:fs';
import { ownTemporaryFolder } from '${module}';
await ownTemporaryFolder();
writeFileSync(process.env.TMPDIR + '/key.pem', 'secret');
process.on('SIGTERM', () => process.exit());
console.log(process.env.TMPDIR);
setInterval(() => {}, 1000);`;

let place: string;
const running: ChildProcess[] = [];
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 't-'));
});
afterEach(async () => {
  for (const child of running.splice(0)) await end(child, 'SIGKILL');
  rmSync(place, { recursive: true, force: true });
});

async function start(where = place): Promise<{ child: ChildProcess; folder: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, TMPDIR: where },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  const [folder] = await once(child.stdout!, 'data');
  return { child, folder: String(folder).trim() };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

test('a process has a folder of its own, which goes with it', async () => {
  const { child, folder } = await start();
  expect(dirname(folder)).toBe(place);
  expect(existsSync(join(folder, 'key.pem'))).toBe(true);
  await end(child, 'SIGTERM');
  expect(await readdir(place)).toEqual([]);
});

test('what a killed one has left goes with the next start, and a neighbour keeps what it has', async () => {
  const neighbour = await start();
  const killed = await start();
  await end(killed.child, 'SIGKILL');
  expect(existsSync(join(killed.folder, 'key.pem'))).toBe(true);
  const next = await start();
  expect(existsSync(killed.folder)).toBe(false);
  expect(existsSync(join(neighbour.folder, 'key.pem'))).toBe(true);
  expect(next.folder).not.toBe(killed.folder);
});

test('nothing else is touched, and nobody who is only beginning', async () => {
  const beginning = join(place, 'millrace-run-young');
  const old = join(place, 'millrace-run-old');
  const others = ['millrace-e2e-x', 'somebody'];
  for (const folder of [beginning, old, ...others.map(name => join(place, name))]) {
    mkdirSync(folder);
    writeFileSync(join(folder, 'a'), '');
  }
  symlinkSync(join(place, 'somebody'), join(place, 'millrace-run-link'));
  const longAgo = new Date(Date.now() - 3_600_000);
  for (const folder of [old, join(place, 'somebody')]) utimesSync(folder, longAgo, longAgo);
  await start();
  const left = await readdir(place);
  expect(left).toEqual(expect.arrayContaining(['millrace-run-young', 'millrace-run-link', ...others]));
  expect(left).not.toContain('millrace-run-old');
  expect(existsSync(join(place, 'somebody', 'a'))).toBe(true);
});

test('where there can be no folder, the process goes on with the common one', async () => {
  const deep = join(place, 'x'.repeat(120));
  mkdirSync(deep);
  expect((await start(deep)).folder).toBe(deep);
  expect(await readdir(deep)).toEqual(['key.pem']);
});
