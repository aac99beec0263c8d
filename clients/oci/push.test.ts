import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { digestOf, hashFor } from './digest.ts';
import { type PushableRegistry, registry, tokens } from './index.ts';

const signal = new AbortController().signal;
const hashOf = (content: string) => digestOf(hashFor('sha256:').update(content), 'sha256:');
const content = 'the bytes of a layer';
const blob = {
  digest: hashOf(content),
  size: content.length,
  read: () => Readable.from([Buffer.from(content)]),
};

interface Asked {
  request: string;
  authorization: string | undefined;
  body: string;
}

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    asked.push({
      request: `${method} ${url}`,
      authorization: headers.authorization,
      body: await text(request),
    });
    answer(request, response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  ends.push(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function client(host: string): PushableRegistry {
  const login = { username: 'u', password: 'secret' };
  const found = registry({ host, path: 'org/app' }, { login, tokens: tokens(), pushes: true });
  ends.push(() => found.close());
  return found;
}

describe('a blob', () => {
  test('is sent to where the registry wants it, with what stands there already', async () => {
    const { host, asked } = await serve(({ method }, response) => {
      if (method === 'POST') response.writeHead(202, { location: '/up/1?state=x' }).end();
      else response.writeHead(method === 'PUT' ? 201 : 404).end();
    });
    await client(host).pushBlob(blob, signal);
    expect(asked.slice(-3).map(({ request, body }) => [request, body])).toEqual([
      [`HEAD /v2/org/app/blobs/${blob.digest}`, ''],
      ['POST /v2/org/app/blobs/uploads/', ''],
      [`PUT /up/1?state=x&digest=${encodeURIComponent(blob.digest)}`, content],
    ]);
  });

  test('that is there is not sent', async () => {
    const { host, asked } = await serve((_, response) => void response.end());
    await client(host).pushBlob(blob, signal);
    expect(asked.some(({ request }) => request.startsWith('POST'))).toBe(false);
  });

  test('that goes to another host goes without the login', async () => {
    const other = await serve((_, response) => void response.writeHead(201).end());
    const { host } = await serve(({ method, headers }, response) => {
      if (headers.authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      else if (method === 'POST') response.writeHead(202, { location: `http://${other.host}/up` }).end();
      else response.writeHead(404).end();
    });
    await client(host).pushBlob(blob, signal);
    expect(other.asked).toMatchObject([{ authorization: undefined, body: content }]);
  });

  test('is sent once more when the registry wants a login only then', async () => {
    const { host, asked } = await serve(({ method, headers }, response) => {
      if (method === 'POST') response.writeHead(202, { location: '/up' }).end();
      else if (method === 'HEAD') response.writeHead(404).end();
      else if (headers.authorization === undefined)
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      else response.writeHead(201).end();
    });
    await client(host).pushBlob(blob, signal);
    expect(asked.filter(({ request }) => request.startsWith('PUT')).map(({ body }) => body)).toEqual([
      content,
      content,
    ]);
  });

  test.each<[string, number, Record<string, string>, string]>([
    ['that is refused is an error, with what the registry says', 403, {}, 'DENIED: no, status 403'],
    ['has to have a place', 202, {}, 'status 202'],
    ['is not sent to what is no URL', 202, { location: 'http://[' }, 'a place for uploads that is none'],
  ])('%s', async (_, status, headers, problem) => {
    const { host } = await serve(({ method }, response) => {
      const said = JSON.stringify({ errors: [{ code: 'DENIED', message: `no, status ${status}` }] });
      response.writeHead(method === 'POST' ? status : 404, headers).end(method === 'HEAD' ? undefined : said);
    });
    await expect(client(host).pushBlob(blob, signal)).rejects.toThrow(problem);
  });
});

describe('a manifest', () => {
  const manifest = { mediaType: 'application/vnd.oci.image.manifest.v1+json', bytes: Buffer.from('{}') };

  test('is put under its tag, and its digest is told', async () => {
    const { host, asked } = await serve((_, response) => void response.writeHead(201).end());
    expect(await client(host).pushManifest('v1', manifest, signal)).toBe(hashOf('{}'));
    expect(asked.at(-1)).toMatchObject({ request: 'PUT /v2/org/app/manifests/v1', body: '{}' });
  });

  test('that the registry has taken for another is an error', async () => {
    const headers = { 'docker-content-digest': hashOf('another') };
    const { host } = await serve((_, response) => void response.writeHead(201, headers).end());
    await expect(client(host).pushManifest('v1', manifest, signal)).rejects.toThrow('and not sha256:');
  });

  test('asks a token service for what it needs', async () => {
    const { host, asked } = await serve(({ url = '', headers }, response) => {
      if (url.startsWith('/token')) response.end('{"token": "t"}');
      else if (headers.authorization === 'Bearer t') response.writeHead(201).end();
      else
        response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${headers.host}/token"` }).end();
    });
    await client(host).pushManifest('v1', manifest, signal);
    const scope = encodeURIComponent('repository:org/app:pull,push');
    expect(asked.map(({ request }) => request)).toContain(`GET /token?scope=${scope}`);
  });
});
