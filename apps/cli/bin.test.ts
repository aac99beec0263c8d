import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { version } from './version.ts';

const bin = fileURLToPath(new URL('./bin.js', import.meta.url));
/** Says that it is a Node of long ago: what this one is must be told to be found too old. */
const asNode20 = [
  '--import',
  `data:text/javascript,${encodeURIComponent(`
  if (!process.env.MILLRACE_STARTED_BY) Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } });
`)}`,
];

describe('the program, started by a Node that cannot run it', () => {
  test('is run by the one that the project has', () => {
    const { status, stdout } = spawnSync(process.execPath, [...asNode20, bin, '--version'], {
      encoding: 'utf8',
    });
    expect(stdout).toContain(version);
    expect(status).toBe(0);
  });

  test('ends as that one ends', () => {
    const { status, stderr } = spawnSync(process.execPath, [...asNode20, bin, 'nothing'], {
      encoding: 'utf8',
    });
    expect(stderr).toMatch(/^✗ unknown command/);
    expect(status).toBe(1);
  });

  test('is stopped with it', async () => {
    const state = mkdtempSync(join(tmpdir(), 'millrace-bin-'));
    const args = [...asNode20, bin, 'cluster', 'start', '--in-memory', '--data-dir', state];
    const running = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(running.stdout, 'data');
    running.kill('SIGTERM');
    const [code] = await once(running, 'exit');
    expect(code).toBe(0);
    rmSync(state, { recursive: true, force: true });
  });
});

test('the program ends without a word when nobody reads on', async () => {
  const running = spawn(process.execPath, [bin, 'install', '--export'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  running.stderr.on('data', text => {
    said += text;
  });
  const ended = once(running, 'close');
  await once(running.stdout, 'data');
  running.stdout.destroy();
  expect((await ended)[0]).toBe(0);
  expect(said).toBe('');
});
