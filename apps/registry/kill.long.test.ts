import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clientOf, digestOf } from './testing/client.ts';

const program = fileURLToPath(new URL('./testing/serve.ts', import.meta.url));
let folder: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-registry-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function serve() {
  const started = spawn(process.execPath, [program, join(folder, 'registry')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  const line = await new Promise<string>(resolve =>
    started.stdout.once('data', data => resolve(String(data))),
  );
  const [url = '', token = ''] = line.trim().split(' ');
  const ended = new Promise(resolve => started.once('exit', resolve));
  return {
    client: clientOf(url, token),
    kill: () => {
      started.kill('SIGKILL');
      return ended;
    },
  };
}

test('what was acknowledged is there after SIGKILL, at whatever moment it came', async () => {
  const acknowledged = new Map<string, string>();
  for (let round = 0; round < 3; round++) {
    const { client, kill } = await serve();
    const pushing = (async () => {
      for (let i = 0; ; i++)
        acknowledged.set(`${round}-${i}`, await client.artifact('app', `${round}-${i}`, `${round} ${i}`));
    })().catch(() => {});
    await expect.poll(() => acknowledged.size).toBeGreaterThan(5 * (round + 1));
    await kill();
    await pushing;
  }
  const { client } = await serve();
  for (const [tag, digest] of acknowledged) {
    const answer = await client.send('GET', `/v2/app/manifests/${tag}`);
    expect(digestOf(await answer.text()), tag).toBe(digest);
    const content = tag.replace('-', ' ');
    expect(await (await client.send('GET', `/v2/app/blobs/${digestOf(content)}`)).text()).toBe(content);
  }
});
