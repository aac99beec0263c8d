import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Cluster, startCluster } from './index.ts';
import { type Client, connect } from './testing/client.ts';

const path = '/api/v1/namespaces/default/configmaps';
const serve = fileURLToPath(new URL('./testing/serve.ts', import.meta.url));

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'millrace-faults-'));
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

describe('a store', () => {
  let child: ChildProcess | undefined;
  afterEach(() => void child?.kill('SIGKILL'));

  /** A server in a process that may write no file larger than this, in kilobytes: to it, the disk is full then. */
  async function start(largestFile: number | 'unlimited'): Promise<Client> {
    // The signal that comes with it is for programs that do not look at what a write answers.
    const command = `trap '' XFSZ; ulimit -S -f ${largestFile}; exec "$0" "$@"`;
    child = spawn('bash', ['-c', command, process.execPath, serve, dataDir], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [kubeconfig] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
    return connect(readFileSync(kubeconfig, 'utf8'));
  }

  test('whose disk is full answers so, goes on when there is room again, and has all that it acknowledged', async () => {
    const client = await start(6000);
    const acknowledged: string[] = [];
    let refused: { code: number; body: { reason: string } } | undefined;
    for (let i = 0; refused === undefined && i < 500; i++) {
      const name = `c${i}`;
      const answer = await client.post(path, { metadata: { name }, data: { text: 'x'.repeat(100_000) } });
      if (answer.code === 201) acknowledged.push(name);
      else refused = answer;
    }
    expect(refused).toMatchObject({ code: 500, body: { reason: 'InternalError' } });
    expect((await client.get('/readyz')).code).toBe(500);
    expect((await client.post(path, { metadata: { name: 'no-room' } })).code).toBe(500);
    // What is read is what was committed.
    expect((await client.get(`${path}/${acknowledged[0]}`)).code).toBe(200);
    expect((await client.get(`${path}/c${acknowledged.length}`)).code).toBe(404);

    await promisify(execFile)('prlimit', ['--pid', String(child!.pid), '--fsize=unlimited']);
    await expect.poll(async () => (await client.get('/readyz')).code).toBe(200);
    expect((await client.post(path, { metadata: { name: 'c-later' } })).code).toBe(201);
    acknowledged.push('c-later');
    client.close();
    child!.kill('SIGKILL');
    await once(child!, 'exit');

    const again = await start('unlimited');
    const { body } = await again.get(path);
    const names = body.items.map((item: { metadata: { name: string } }) => item.metadata.name);
    expect(names.filter((name: string) => name.startsWith('c')).sort()).toEqual(acknowledged.toSorted());
    expect((await again.post(path, { metadata: { name: 'after' } })).code).toBe(201);
    again.close();
  });

  test.each([
    ['overwritten', (file: string) => writeFileSync(file, 'nonsense'.repeat(1000))],
    ['cut off', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2))],
  ])('that was %s stops the start with a clear message', async (_, damage) => {
    const first = await startCluster({ dataDir, simulate: false });
    const client = connect(first.kubeconfig);
    for (let i = 0; i < 50; i++)
      await client.post(path, { metadata: { name: `c${i}` }, data: { a: 'x'.repeat(5000) } });
    client.close();
    await first.stop();
    damage(join(dataDir, 'store.db'));
    await expect(startCluster({ dataDir })).rejects.toThrow(/^cannot (open|read) the store .*store\.db: /);
  });
});

describe('requests', () => {
  let cluster: Cluster;
  let client: Client;

  beforeEach(async () => {
    cluster = await startCluster({ inMemory: true, simulate: false });
    client = connect(cluster.kubeconfig);
  });

  afterEach(async () => {
    client.close();
    await cluster.stop();
  });

  /** Sends what a test writes; resolves with the code of the answer, or that there was none. */
  function sending(write: (body: { write(text: string): void; end(): void; destroy(): void }) => void) {
    const { origin, agent } = client.raw();
    return new Promise<number | 'cut'>(resolve => {
      const sent = request(`${origin}${path}`, {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json' },
      });
      sent.on('response', answer => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      sent.on('error', () => resolve('cut'));
      write(sent);
    });
  }

  const isWell = async () => {
    const name = `well-${Math.random().toString(36).slice(2)}`;
    expect((await client.post(path, { metadata: { name } })).code).toBe(201);
  };

  test('with a body that does not end are refused once it is too large', async () => {
    const answer = await sending(body => {
      const more = setInterval(() => body.write('x'.repeat(1 << 20)), 1);
      setTimeout(() => clearInterval(more), 500);
    });
    expect([413, 'cut']).toContain(answer);
    await isWell();
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{"metadata": '],
    ['a list', '[]'],
    ['a number', '1'],
    ['another kind', '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}}'],
    ['a key that is given twice, strictly', '{"metadata": {"name": "x"}, "metadata": {"name": "y"}}'],
  ])('whose body is %s are refused', async (_, text) => {
    const { code, body } = await client.send('POST', `${path}?fieldValidation=Strict`, text || undefined);
    expect([code, body.status]).toEqual([400, 'Failure']);
    await isWell();
  });

  test('nested without measure are refused', async () => {
    const depth = 1_000_000;
    const text = `{"metadata": {"name": "deep"}, "data": ${'['.repeat(depth)}${']'.repeat(depth)}}`;
    const { code } = await client.send('POST', path, text);
    expect(code).toBeGreaterThanOrEqual(400);
    await isWell();
  });

  test('with the key __proto__ change nothing but what they name', async () => {
    const text = '{"metadata": {"name": "proto"}, "data": {"__proto__": "x", "a": "b"}}';
    const { code } = await client.send('POST', path, text);
    expect([201, 400, 422]).toContain(code);
    expect(({} as { a?: string }).a).toBeUndefined();
    await isWell();
  });

  test('that break off in the middle of their body leave nothing behind', async () => {
    const answer = await sending(body => {
      body.write('{"metadata": {"name": "half"}');
      setTimeout(() => body.destroy(), 20);
    });
    expect(answer).toBe('cut');
    expect((await client.get(`${path}/half`)).code).toBe(404);
    await isWell();
  });

  test('watches that are torn down in mid-stream do not disturb the others', async () => {
    const steady = client.watch(`${path}?watch=1`);
    for (let i = 0; i < 50; i++) {
      const torn = client.watch(`${path}?watch=1`);
      await torn.next();
      torn.close();
    }
    await client.post(path, { metadata: { name: 'told' } });
    for (;;) if ((await steady.next()).object.metadata.name === 'told') break;
    steady.close();
  });

  test('one after the other over one connection, large as they may be, are all answered', async () => {
    const text = 'x'.repeat(100_000);
    for (let i = 0; i < 200; i++)
      expect((await client.post(path, { metadata: { name: `large-${i}` }, data: { text } })).code).toBe(201);
  });

  test('are answered while the clock jumps', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      for (const jump of [-86_400_000, 10 * 86_400_000, -3_600_000]) {
        vi.setSystemTime(Date.now() + jump);
        await isWell();
      }
      const { body } = await client.get(path);
      const versions = body.items.map((item: { metadata: { resourceVersion: string } }) =>
        Number(item.metadata.resourceVersion),
      );
      expect(new Set(versions).size).toBe(versions.length);
    } finally {
      vi.useRealTimers();
    }
  });
});
