import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HelmRepositoryOptions, helmRepositoryClient } from './index.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

interface Site {
  url: string;
  /** What was asked for, each with its authorization. */
  seen: string[];
  server: Server;
}

async function site(handle: Handler): Promise<Site> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.url} ${request.headers.authorization ?? 'nobody'}`);
    handle(request, response);
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, server };
}

const limit = 1000;
const signal = AbortSignal.timeout(60_000);
const login = { username: 'user', password: 'secret' };
const asUser = `Basic ${Buffer.from('user:secret').toString('base64')}`;

describe('a repository', () => {
  let own: Site;
  let other: Site;

  beforeAll(async () => {
    other = await site((_, response) => response.end('chart'));
    own = await site((request, response) => {
      const path = (request.url ?? '').split('?')[0];
      if (path === '/charts/index.yaml') {
        if (request.headers['if-none-match'] === '"one"') response.writeHead(304).end();
        else response.setHeader('etag', '"one"').end('apiVersion: v1');
      } else if (path === '/charts/a-1.tgz') response.end('chart');
      else if (path === '/charts/moved.tgz')
        response.writeHead(302, { location: `${other.url}/a.tgz` }).end();
      else if (path === '/charts/loop.tgz') response.writeHead(302, { location: 'loop.tgz' }).end();
      else if (path === '/charts/endless.tgz') {
        const timer = setInterval(() => response.write('x'.repeat(100)), 1);
        response.on('close', () => clearInterval(timer));
      } else if (path === '/charts/private.tgz') response.writeHead(401).end();
      else if (path === '/charts/busy.tgz') response.writeHead(429, { 'retry-after': '7' }).end();
      else if (path === '/charts/broken.tgz') {
        response.writeHead(200, { 'content-length': '100' });
        response.write('x', () => response.destroy());
      } else response.writeHead(404).end();
    });
  });
  afterAll(() => {
    own.server.close();
    other.server.close();
  });

  const asking = async <T>(
    options: HelmRepositoryOptions,
    ask: (client: ReturnType<typeof helmRepositoryClient>) => Promise<T>,
    url = `${own.url}/charts`,
  ) => {
    const client = helmRepositoryClient(url, options);
    own.seen.length = 0;
    other.seen.length = 0;
    return ask(client).finally(() => client.close());
  };
  const chart = (reference: string, options: HelmRepositoryOptions = {}, digest?: string) =>
    asking(options, client => client.chart(reference, digest, limit, signal));

  test('sends its index once, as long as it is the same', async () => {
    const first = await asking({}, async client => {
      const index = await client.index({}, limit, signal);
      if (!index.isModified) throw new Error('there is no index');
      let text = '';
      for await (const part of index.parts) text += Buffer.from(part).toString();
      return { text, validators: index.validators };
    });
    expect(first).toEqual({ text: 'apiVersion: v1', validators: { etag: '"one"' } });
    const second = await asking({}, client => client.index(first.validators, limit, signal));
    expect(second).toEqual({ isModified: false });
  });

  test('has charts below its URL, whose query goes along', async () => {
    const url = `${own.url}/charts/?token=t`;
    await asking({ login }, client => client.chart('a-1.tgz', undefined, limit, signal), url);
    expect(own.seen).toEqual([`/charts/a-1.tgz?token=t ${asUser}`]);
  });

  test('is told the login that its URL has', async () => {
    const url = `${own.url.replace('http://', 'http://user:secret@')}/charts`;
    await asking({}, client => client.chart('a-1.tgz', undefined, limit, signal), url);
    expect(own.seen).toEqual([`/charts/a-1.tgz ${asUser}`]);
  });

  test.each([
    ['another host is not told the login', {}, 'nobody'],
    ['another host is told the login where that is wanted', { passCredentials: true }, asUser],
  ])('%s', async (_, options, expected) => {
    await chart(`${other.url}/a.tgz`, { login, ...options });
    expect(other.seen).toEqual([`/a.tgz ${expected}`]);
  });

  test('a host that the repository redirects to is not told the login, whatever is wanted', async () => {
    await chart('moved.tgz', { login, passCredentials: true });
    expect([own.seen, other.seen]).toEqual([[`/charts/moved.tgz ${asUser}`], ['/a.tgz nobody']]);
  });

  test('gives a chart that is what the index says', async () => {
    const digest = createHash('sha256').update('chart').digest('hex');
    expect(String(await chart('a-1.tgz', {}, digest))).toBe('chart');
    expect(String(await chart('a-1.tgz', {}, `sha256:${digest.toUpperCase()}`))).toBe('chart');
    expect(String(await chart('a-1.tgz', {}, 'md5-or-so'))).toBe('chart');
  });

  test.each([
    [
      'another chart than the index says',
      'a-1.tgz',
      'a'.repeat(64),
      'is not what the index says: its digest',
    ],
    ['a circle of redirects', 'loop.tgz', undefined, 'redirects to where it cannot be followed'],
    ['more than may be', 'endless.tgz', undefined, 'has more than the 1000 bytes that it may have'],
    ['no access', 'private.tgz', undefined, 'answers with status 401 (unauthorized)'],
    ['nothing', 'none.tgz', undefined, 'answers with status 404'],
    ['an answer that breaks off', 'broken.tgz', undefined, 'breaks off'],
    ['a place that is none of HTTP', 'oci://registry/chart', undefined, 'no URL of http or https'],
  ])('gives an error for %s', async (_, reference, digest, problem) => {
    await expect(chart(reference, { login }, digest)).rejects.toThrow(problem);
  });

  test('tells when it wants to be asked again', async () => {
    await expect(chart('busy.tgz')).rejects.toMatchObject({ failure: 'busy', retryAfter: 7000 });
  });

  test('is never quoted with its credentials', async () => {
    const url = `${own.url.replace('http://', 'http://user:secret@')}/nothing?token=secret`;
    const failed = asking({}, client => client.index({}, limit, signal), url);
    await expect(failed).rejects.toThrow(`${own.url}/nothing/index.yaml answers with status 404`);
  });
});
