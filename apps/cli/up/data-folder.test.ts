import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDataFolder } from './data-folder.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-data-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a process that lives holds its folder, one that has ended does not, though nobody has asked for it', async () => {
  // The shell becomes sleep, which never asks for the child that it has: that stays behind as a zombie.
  const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 30'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [text] = await once(parent.stdout, 'data');
  const ended = String(text).trim();
  await writeFile(join(folder, 'lock'), String(parent.pid));
  expect(() => openDataFolder(folder)).toThrow(`in use by process ${parent.pid}`);
  await writeFile(join(folder, 'lock'), ended);
  await expect.poll(() => tryToOpen()).toBe('opened');
  parent.kill('SIGKILL');
});

function tryToOpen(): string {
  try {
    openDataFolder(folder).release();
    return 'opened';
  } catch (error) {
    return String(error);
  }
}
