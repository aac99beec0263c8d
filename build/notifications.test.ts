import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { destination } from '../clients/notifications/testing/destination.ts';
import { readTrace } from '../clients/notifications/testing/otlp.ts';
import { eventNamed } from '../clients/notifications/testing/recorded.ts';
import { bundle } from './bundle.ts';

let folder: string;
let made: Metafile;
let bundled: typeof import('../clients/notifications/index.ts');
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-bundled-'));
  made = await bundle({ notifications: 'clients/notifications/index.ts' }, folder);
  bundled = await import(`${folder}/notifications.mjs`);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

test('the libraries of Providers are loaded when an event goes there', () => {
  const entry = Object.keys(made.outputs).find(path => path.endsWith('/notifications.mjs'))!;
  const loaded = new Set([entry]);
  for (const path of loaded)
    for (const { path: next, kind, external } of made.outputs[path]!.imports)
      if (!external && kind === 'import-statement') loaded.add(next);
  const sources = (paths: Iterable<string>) =>
    Array.from(paths, path => Object.keys(made.outputs[path]!.inputs))
      .flat()
      .flatMap(path => /node_modules\/(@nats-io|@opentelemetry|rhea)\//.exec(path)?.[1] ?? []);
  expect(new Set(sources(Object.keys(made.outputs)))).toEqual(
    new Set(['@nats-io', '@opentelemetry', 'rhea']),
  );
  expect(sources(loaded)).toEqual([]);
});

const listening = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};
const soon = () => AbortSignal.timeout(10_000);

test('a span is written', async () => {
  const bodies: Buffer[] = [];
  const server = createServer((request, response) => {
    request.on('data', part => bodies.push(part));
    request.on('end', () => response.end());
  });
  const address = `http://127.0.0.1:${await listening(server)}`;
  await bundled.notifierFor(destination('otel', { address })).post(eventNamed('info'), soon());
  server.closeAllConnections();
  expect(JSON.stringify(readTrace(Buffer.concat(bodies)))).toContain('flux:notification-controller');
});

test('a message of NATS is published by a key', async () => {
  let told = '';
  const server = createTcpServer(socket => {
    socket.write('INFO {"nonce":"x"}\r\n');
    socket
      .on('error', () => {})
      .on('data', part => {
        told += part;
        if (part.includes('PING\r\n')) socket.write('PONG\r\n');
      });
  });
  const address = `nats://127.0.0.1:${await listening(server)}`;
  const nkey = Buffer.from('SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY');
  const own = destination('nats', { address, channel: 'flux', secret: { nkey } });
  await bundled.notifierFor(own).post(eventNamed('info'), soon());
  expect(told).toMatch(/^CONNECT .*"nkey":"UDXU4.*\r\nPING\r\nPUB flux \d+\r\n/);
});
