import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bodyOf } from './body.ts';
import { openUploads } from './uploads.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-uploads-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('an upload that rests is collected', async () => {
  const uploads = await openUploads(folder, 50);
  const { id } = await uploads.begin('app');
  expect(readdirSync(folder)).toEqual([id]);
  await expect.poll(() => readdirSync(folder)).toEqual([]);
  expect(() => uploads.require('app', id)).toThrow('begin anew');
  await uploads.stop();
});

test('two requests do not write into one upload', async () => {
  const uploads = await openUploads(folder);
  const upload = await uploads.begin('app');
  const first = Promise.withResolvers<void>();
  const slow = (async function* () {
    await first.promise;
    yield Buffer.from('one');
  })();
  const under = upload.append(slow);
  await expect(upload.append(slow)).rejects.toThrow('another request is at work');
  first.resolve();
  await under;
  expect(upload.size).toBe(3);
  await uploads.stop();
});

test('what has come before a client was cut stays', async () => {
  const uploads = await openUploads(folder);
  const upload = await uploads.begin('app');
  const cut = (async function* () {
    yield Buffer.from('one');
    throw new Error('gone');
  })();
  await expect(upload.append(cut)).rejects.toThrow('gone');
  expect(upload.size).toBe(3);
  await uploads.stop();
});

test('a client that sends nothing any more is given up, and hears why', async () => {
  const said = Promise.withResolvers<string>();
  const server = createServer(async (request, response) => {
    try {
      for await (const _ of bodyOf(request, 100, 20));
    } catch (error) {
      said.resolve((error as Error).message);
      response.writeHead(408, { connection: 'close' }).end();
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const answer = new Promise<string>(resolve => socket.once('data', data => resolve(String(data))));
  socket.write('PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc');
  expect(await said.promise).toBe('nothing has come for too long');
  expect(await answer).toMatch(/^HTTP\/1.1 408/);
  socket.destroy();
  server.close();
});
