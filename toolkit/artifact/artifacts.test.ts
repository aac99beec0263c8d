import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Artifacts,
  artifactTree,
  digestOf,
  downloadArtifact,
  openArtifacts,
  packArchive,
} from './index.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const archiveOf = (text: string) => packArchive([{ path: 'a.yaml', content: bytes(text) }]);
const signal = AbortSignal.timeout(60_000);

describe('the artifacts of a process', () => {
  let closing: (() => unknown)[];
  let artifacts: Artifacts;
  beforeEach(() => {
    closing = [];
    artifacts = openArtifacts();
  });
  afterEach(async () => {
    await artifacts.stop();
    for (const close of closing) await close();
  });

  const serve = async (answer: RequestListener) => {
    const server = createServer(answer);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.tar.gz`;
  };
  const refTo = (url: string, archive: Uint8Array) => ({
    url,
    digest: digestOf(archive),
    revision: 'main@sha1:1',
  });

  test('are fetched and unpacked once, whoever asks', async () => {
    const archive = await archiveOf('once');
    let asked = 0;
    const url = await serve((_, response) => {
      asked++;
      response.end(archive);
    });
    const all = await Promise.all(
      Array.from({ length: 20 }, () => artifacts.open(refTo(url, archive), signal)),
    );
    const again = await artifacts.open(refTo(`${url}?other`, archive), signal);
    expect(asked).toBe(1);
    for (const tree of [...all, again]) expect(tree.archive).toBe(all[0]!.archive);
    expect(Buffer.from(artifactTree(again).read('a.yaml')!).toString()).toBe('once');
  });

  test('that were not to be had are asked for anew', async () => {
    const archive = await archiveOf('later');
    let there = false;
    const url = await serve((_, response) => (there ? response.end(archive) : response.writeHead(404).end()));
    await expect(artifacts.open(refTo(url, archive), signal)).rejects.toThrow(/status 404/);
    there = true;
    await artifacts.open(refTo(url, archive), signal);
  });

  test('that nobody waits for any more are given up; others wait on', async () => {
    const archive = await archiveOf('slow');
    const asked = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    const url = await serve(request => {
      asked.resolve();
      request.on('close', () => gone.resolve());
    });
    const [first, second] = [new AbortController(), new AbortController()];
    const one = artifacts.open(refTo(url, archive), first.signal);
    const two = artifacts.open(refTo(url, archive), second.signal);
    await asked.promise;
    first.abort(new Error('first'));
    await expect(one).rejects.toThrow('first');
    second.abort(new Error('second'));
    await expect(two).rejects.toThrow('second');
    await gone.promise;
  });

  test('that take more than there is memory for are forgotten, the oldest first', async () => {
    const small = openArtifacts({ memory: 3000 });
    closing.push(() => small.stop());
    const archives = [await archiveOf('1'), await archiveOf('2')];
    let asked = 0;
    const url = await serve((request, response) => {
      asked++;
      response.end(archives[Number(request.url!.split('?')[1])]);
    });
    for (const i of [0, 1, 1, 0]) await small.open(refTo(`${url}?${i}`, archives[i]!), signal);
    expect(asked).toBe(3);
  });

  test.each([
    ['stalls', () => {}],
    ['trickles', (write: (chunk: string) => void) => setInterval(() => write('x'), 5).unref()],
  ])('whose server %s are given up', async (_, send) => {
    const url = await serve((_, response) => {
      response.writeHead(200);
      response.write('x');
      send(chunk => response.write(chunk));
    });
    await expect(downloadArtifact(refTo(url, bytes('x')), signal, { patience: 100 })).rejects.toThrow(
      /comes too slowly/,
    );
  });

  test('that are no archives say so', async () => {
    const archive = bytes('no archive');
    const url = await serve((_, response) => response.end(archive));
    await expect(artifacts.open(refTo(url, archive), signal)).rejects.toThrow(/cannot be read/);
  });
});
