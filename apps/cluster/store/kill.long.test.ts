import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Client, connect } from '../testing/client.ts';

const rounds = 12;
const path = '/api/v1/namespaces/default/configmaps';
let dataDir: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'millrace-kill-'));
});

afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

async function serve(): Promise<{ process: ChildProcess; client: Client }> {
  const script = fileURLToPath(new URL('../testing/serve.ts', import.meta.url));
  const process_ = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  child = process_;
  const [kubeconfig] = (await once(createInterface({ input: process_.stdout! }), 'line')) as [string];
  return { process: process_, client: connect(readFileSync(kubeconfig, 'utf8')) };
}

/** What the server has acknowledged: the resourceVersion of each object, or that it is gone. */
type Acknowledged = Map<string, string | 'gone'>;

/** Create, change and delete until the server dies; what was asked but not answered is in doubt. */
async function write(
  client: Client,
  worker: string,
  acknowledged: Acknowledged,
  doubtful: Set<string>,
): Promise<void> {
  for (let i = 0; ; i++) {
    const name = `${worker}-${i}`;
    doubtful.add(name);
    try {
      const created = await client.post(path, { metadata: { name }, data: { text: 'x'.repeat(2000) } });
      acknowledged.set(name, created.body.metadata.resourceVersion);
      if (i % 3 === 1) {
        const updated = await client.put(`${path}/${name}`, { ...created.body, data: { text: 'y' } });
        acknowledged.set(name, updated.body.metadata.resourceVersion);
      }
      if (i % 3 === 2) {
        await client.delete(`${path}/${name}`);
        acknowledged.set(name, 'gone');
      }
    } catch {
      return;
    }
    doubtful.delete(name);
  }
}

test('SIGKILL in the midst of writes loses nothing that was acknowledged', { timeout: 120_000 }, async () => {
  const acknowledged: Acknowledged = new Map();
  const doubtful = new Set<string>();
  let last = 0;
  for (let round = 0; round <= rounds; round++) {
    const { process: server, client } = await serve();
    const { body } = await client.get(path);
    const stored = new Map<string, string>(
      body.items.map((item: { metadata: { name: string; resourceVersion: string } }) => [
        item.metadata.name,
        item.metadata.resourceVersion,
      ]),
    );
    // Revisions never go back, or a watch would miss what came between.
    expect(Number(body.metadata.resourceVersion)).toBeGreaterThanOrEqual(last);
    for (const [name, version] of acknowledged) {
      if (doubtful.has(name)) continue;
      expect(stored.get(name) ?? 'gone', name).toBe(version);
    }
    const unknown = [...stored.keys()].filter(
      name => name.startsWith('r') && !acknowledged.has(name) && !doubtful.has(name),
    );
    expect(unknown).toEqual([]);
    if (round === rounds) break;
    const workers = Array.from({ length: 8 }, (_, i) =>
      write(client, `r${round}-${i}`, acknowledged, doubtful),
    );
    const before = acknowledged.size;
    while (acknowledged.size < before + 20 + Math.random() * 200) await new Promise(setImmediate);
    server.kill('SIGKILL');
    await Promise.all([...workers, once(server, 'exit')]);
    client.close();
    for (const version of acknowledged.values())
      if (version !== 'gone') last = Math.max(last, Number(version));
  }
  expect(acknowledged.size).toBeGreaterThan(rounds * 20);
});
