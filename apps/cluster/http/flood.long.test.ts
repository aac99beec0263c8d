import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import type { Json } from '@millrace/json';
import { parseAll } from '@millrace/yaml';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { textAt, valueAt } from '../api/tree.ts';
import { type Cluster, startClusterThread } from '../index.ts';
import { type Client, connect } from '../testing/client.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const many = (count: number) => Array.from({ length: count }, (_, i) => i);

let cluster: Cluster;
let client: Client;
const sessions: ClientHttp2Session[] = [];

beforeEach(async () => {
  cluster = await startClusterThread({ inMemory: true, simulate: false });
  client = connect(cluster.kubeconfig);
  const data = Object.fromEntries(many(9).map(i => [`k${i}`, 'x'.repeat(100_000)]));
  for (const i of many(20)) await client.post(configMaps, { metadata: { name: `c${i}` }, data });
});

afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  client.close();
  await cluster.stop();
});

async function session(initialWindowSize?: number): Promise<ClientHttp2Session> {
  const [config] = parseAll(cluster.kubeconfig) as [Json];
  const first = (list: string, what: string) => valueAt((valueAt(config, list) as Json[])[0], what);
  const pem = (of: Json | undefined, field: string) => Buffer.from(textAt(of, field), 'base64');
  const [server, user] = [first('clusters', 'cluster'), first('users', 'user')];
  const made = connectHttp2(cluster.url, {
    ca: pem(server, 'certificate-authority-data'),
    cert: pem(user, 'client-certificate-data'),
    key: pem(user, 'client-key-data'),
    ...(initialWindowSize !== undefined && { settings: { initialWindowSize } }),
  });
  made.on('error', () => {});
  sessions.push(made);
  await once(made, 'connect');
  return made;
}

/** Somebody else is answered all the same. */
async function othersAreServed(): Promise<void> {
  expect((await client.get(`${configMaps}/c1`)).code).toBe(200);
  expect((await client.get('/readyz')).code).toBe(200);
}

test.each([`${configMaps}/c0`, configMaps, '/openapi/v2', `${configMaps}?watch=1`])(
  '3,000 who ask for %s and read nothing are cut, and keep nobody waiting',
  async path => {
    for (const _ of many(3)) {
      const one = await session(0);
      for (const __ of many(1000))
        one
          .request({ ':path': path })
          .on('error', () => {})
          .end();
    }
    await othersAreServed();
    for (const one of sessions) one.destroy();
    await othersAreServed();
  },
);

test('20,000 requests that are taken back at once keep nobody waiting', async () => {
  const one = await session();
  for (const i of many(20_000)) {
    if (one.destroyed) break;
    one
      .request({ ':path': configMaps })
      .on('error', () => {})
      .close(8);
    if (i % 200 === 0) await new Promise(resolve => setImmediate(resolve));
  }
  await othersAreServed();
});

test('180 bodies that do not end keep nobody waiting, and no more memory than they may', async () => {
  for (const _ of many(3)) {
    const one = await session();
    for (const __ of many(60)) {
      const sent = one.request({
        ':path': configMaps,
        ':method': 'POST',
        'content-type': 'application/json',
      });
      sent.on('error', () => {}).write(' '.repeat(2_900_000));
    }
  }
  await othersAreServed();
  expect((await client.post(configMaps, { metadata: { name: 'small' } })).code).toBe(201);
});
