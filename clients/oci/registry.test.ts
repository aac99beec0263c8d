import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type Login, type Registry, RegistryError, registry, tokens } from './index.ts';

const digestOf = (bytes: string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const signal = new AbortController().signal;
const layerBytes = 'the bytes of a layer';
const layer = {
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  digest: digestOf(layerBytes),
  size: layerBytes.length,
};
const manifest = JSON.stringify({ schemaVersion: 2, layers: [layer], annotations: { a: 'b' } });

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A server on this machine that keeps what it was asked. */
async function serve(handler: Handler): Promise<{ host: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    handler(request, response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  ends.push(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function client(host: string, login?: Login, kept = tokens()): Registry {
  const found = registry({ host, path: 'org/app' }, { login, tokens: kept });
  ends.push(() => found.close());
  return found;
}

async function bytesOf(parts: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(parts)).toString('utf8');
}

const answers =
  (paths: Record<string, string>): Handler =>
  ({ url = '' }, response) => {
    const body = paths[url.split('?')[0]!];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  };

describe('pulling', () => {
  test('a tag is resolved, and its manifest and layer are what their digests say', async () => {
    const { host } = await serve(
      answers({
        '/v2/org/app/manifests/v1': manifest,
        [`/v2/org/app/manifests/${digestOf(manifest)}`]: manifest,
        [`/v2/org/app/blobs/${layer.digest}`]: layerBytes,
      }),
    );
    const from = client(host);
    const digest = await from.resolve('v1', signal);
    expect(digest).toBe(digestOf(manifest));
    expect(await from.manifest(digest, signal)).toEqual({ layers: [layer], annotations: { a: 'b' } });
    expect(await bytesOf(from.blob(layer, 100, signal))).toBe(layerBytes);
  });

  test('of an index the artifact for linux/amd64 is taken', async () => {
    const child = { mediaType: 'm', digest: digestOf(manifest), size: manifest.length };
    const other = { ...child, digest: digestOf('other'), platform: { os: 'linux', architecture: 'arm64' } };
    const index = JSON.stringify({
      manifests: [other, { ...child, platform: { os: 'linux', architecture: 'amd64' } }],
    });
    const { host } = await serve(
      answers({
        [`/v2/org/app/manifests/${digestOf(index)}`]: index,
        [`/v2/org/app/manifests/${child.digest}`]: manifest,
      }),
    );
    expect((await client(host).manifest(digestOf(index), signal)).layers).toEqual([layer]);
  });

  test.each([
    ['another manifest', digestOf('x'), 'its digest is'],
    ['a list that is a manifest too', undefined, 'layers and manifests'],
  ])('%s is refused', async (_, digest, problem) => {
    const both = JSON.stringify({ schemaVersion: 2, layers: [], manifests: [] });
    const asked = digest ?? digestOf(both);
    const { host } = await serve(answers({ [`/v2/org/app/manifests/${asked}`]: both }));
    await expect(client(host).manifest(asked, signal)).rejects.toThrow(problem);
  });

  test('a layer that ends early goes on where it ended', async () => {
    const { host, asked } = await serve(({ headers, url }, response) => {
      if (!url?.includes('/blobs/')) return void response.end();
      const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': layer.size - from });
      if (from > 0) response.end(layerBytes.slice(from));
      else response.write(layerBytes.slice(0, 5), () => response.destroy());
    });
    expect(await bytesOf(client(host).blob(layer, 100, signal))).toBe(layerBytes);
    expect(asked.map(({ headers }) => headers.range).filter(Boolean)).toEqual(['bytes=5-']);
  });

  test.each([
    ['other bytes', 'THE bytes of a layer', 'its digest is'],
    ['more bytes', `${layerBytes}!`, 'more than its 20 bytes'],
  ])('%s are refused', async (_, body, problem) => {
    const { host } = await serve(answers({ [`/v2/org/app/blobs/${layer.digest}`]: body }));
    await expect(bytesOf(client(host).blob(layer, 100, signal))).rejects.toThrow(problem);
  });

  test('a layer that is too large is not asked for', async () => {
    const { host, asked } = await serve(answers({}));
    await expect(bytesOf(client(host).blob(layer, 10, signal))).rejects.toThrow('may have 10 at most');
    expect(asked).toEqual([]);
  });
});

describe('being let in', () => {
  const challenged =
    (realm: () => string, wanted: string): Handler =>
    ({ url = '', headers }, response) => {
      if (url.startsWith('/token')) return void response.end(JSON.stringify({ token: 'let-me-in-please' }));
      if (headers.authorization === wanted) return void response.end(JSON.stringify({ tags: ['v1'] }));
      response.writeHead(401, { 'www-authenticate': realm() }).end();
    };

  test('a token is asked for with the login, for pulling, and kept', async () => {
    let host = '';
    const served = await serve(
      challenged(
        () => `Bearer realm="http://${host}/token",service="here",scope="repository:all:push"`,
        'Bearer let-me-in-please',
      ),
    );
    host = served.host;
    const kept = tokens();
    const login = { username: 'me', password: 'pass word' };
    await client(host, login, kept).tags(signal);
    await client(host, login, kept).tags(signal);
    const asked = served.asked.filter(({ url }) => url?.startsWith('/token'));
    expect(asked.map(({ url }) => url)).toEqual(['/token?service=here&scope=repository%3Aorg%2Fapp%3Apull']);
    expect(asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:pass word').toString('base64')}`);
  });

  test('a registry that wants the login itself is given it', async () => {
    const basic = `Basic ${Buffer.from('me:password').toString('base64')}`;
    const { host } = await serve(challenged(() => 'Basic realm="here"', basic));
    expect(await client(host, { username: 'me', password: 'password' }).tags(signal)).toEqual(['v1']);
    await expect(client(host).tags(signal)).rejects.toThrow('for those who log in only');
  });

  test('what a registry repeats of a secret is not shown', async () => {
    const basic = `Basic ${Buffer.from('me:top-secret').toString('base64')}`;
    const { host } = await serve(({ headers }, response) => {
      if (headers.authorization !== basic)
        return void response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      response
        .writeHead(403)
        .end(
          JSON.stringify({ errors: [{ code: 'DENIED', message: `top-secret: ${headers.authorization}` }] }),
        );
    });
    const error = await client(host, { username: 'me', password: 'top-secret' })
      .tags(signal)
      .catch(cause => cause);
    expect(error).toBeInstanceOf(RegistryError);
    expect(error.failure).toBe('authentication');
    expect(error.message).toContain('DENIED');
    expect(error.message).not.toContain('top-secret');
    expect(error.message).not.toContain(basic.slice('Basic '.length));
  });

  test('a redirect to another host goes without the login', async () => {
    const basic = `Basic ${Buffer.from('me:password').toString('base64')}`;
    const other = await serve((_, response) => void response.end(layerBytes));
    const { host } = await serve(({ headers }, response) => {
      if (headers.authorization !== basic)
        return void response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      response.writeHead(307, { location: `http://${other.host}/somewhere` }).end();
    });
    const from = client(host, { username: 'me', password: 'password' });
    expect(await bytesOf(from.blob(layer, 100, signal))).toBe(layerBytes);
    expect(other.asked.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });
});

describe('a registry that means harm', () => {
  const login = { username: 'me', password: 'password' };

  test('is not given the login by way of another host that asks for it', async () => {
    const thief = await serve((_, response) => void response.end('{"token":"x"}'));
    const other = await serve((_, response) => {
      const realm = `Bearer realm="http://${thief.host}/token"`;
      response.writeHead(401, { 'www-authenticate': realm }).end();
    });
    const { host } = await serve((_, response) => {
      response.writeHead(307, { location: `http://${other.host}/blob` }).end();
    });
    await expect(bytesOf(client(host, login).blob(layer, 100, signal))).rejects.toThrow('status 401');
    expect(thief.asked).toEqual([]);
  });

  test('is not followed in circles', async () => {
    const { host, asked } = await serve((_, response) => {
      response.writeHead(307, { location: '/v2/again' }).end();
    });
    await expect(client(host).tags(signal)).rejects.toThrow('redirects to where it cannot be followed');
    expect(asked.length).toBeLessThan(10);
  });

  test('that sends a manifest without end is left', async () => {
    const { host } = await serve((_, response) => {
      const piece = Buffer.alloc(1 << 20, 0x20);
      const more = () => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', more).writeHead(200);
      more();
    });
    await expect(client(host).manifest(digestOf(manifest), signal)).rejects.toThrow('is larger than');
  });

  test('that has pages of tags without end is left', async () => {
    let pages = 0;
    const { host } = await serve((_, response) => {
      response
        .setHeader('link', `</v2/org/app/tags/list?last=${pages++}>; rel="next"`)
        .end('{"tags":["v1"]}');
    });
    await expect(client(host).tags(signal)).rejects.toThrow('has more than 200000 tags');
  });

  test('that says nothing is left when the patience is over', async () => {
    const { host } = await serve(() => {});
    const patience = AbortSignal.timeout(300);
    await expect(client(host).tags(patience)).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test.each([
    ['999999999999', 'a number'],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 'a date'],
  ])('that wants to rest for years is asked again after an hour: %s', async retryAfter => {
    const { host } = await serve(
      (_, response) => void response.writeHead(429, { 'retry-after': retryAfter }).end(),
    );
    await expect(client(host).tags(signal)).rejects.toMatchObject({ failure: 'busy', retryAfter: 3600_000 });
  });

  test.each([
    ['a layer of fewer bytes than it has', { ...layer, size: 3 }, 'more than its 3 bytes'],
    ['a layer of more bytes than it has', { ...layer, size: 30 }, 'ends after 20 of 30 bytes'],
    ['a layer with a digest that is none', { ...layer, digest: 'sha256:xx' }, 'is no manifest'],
    ['a layer of no size', { ...layer, size: -1 }, 'is no manifest'],
  ])('and tells of %s is not believed', async (_, told, problem) => {
    const text = JSON.stringify({ schemaVersion: 2, layers: [told] });
    const { host } = await serve(
      answers({
        [`/v2/org/app/manifests/${digestOf(text)}`]: text,
        [`/v2/org/app/blobs/${layer.digest}`]: layerBytes,
      }),
    );
    const from = client(host);
    const pull = async () => {
      const { layers } = await from.manifest(digestOf(text), signal);
      return bytesOf(from.blob(layers[0]!, 100, signal));
    };
    await expect(pull()).rejects.toThrow(problem);
  });
});

describe('what refers to a manifest', () => {
  const digest = digestOf(manifest);
  const one = { digest: digestOf('signature'), artifactType: 'a/b', mediaType: 'm', size: 1 };
  const index = (...manifests: object[]) => JSON.stringify({ schemaVersion: 2, manifests });
  const type = { 'content-type': 'application/vnd.oci.image.index.v1+json' };

  test('is listed page by page', async () => {
    const { host } = await serve(({ url = '' }, response) => {
      const link = { ...type, link: `</v2/org/app/referrers/${digest}?page=2>; rel="next"` };
      if (url.includes('page=2')) response.writeHead(200, type).end(index({ ...one, artifactType: 'c/d' }));
      else response.writeHead(200, link).end(index(one, { digest: 'odd' }));
    });
    const found = await client(host).referrers(digest, signal);
    expect(found.map(({ artifactType }) => artifactType)).toEqual(['a/b', 'c/d']);
  });

  test('is found by its tag where the registry has no list', async () => {
    const { host } = await serve(
      answers({ [`/v2/org/app/manifests/${digest.replace(':', '-')}`]: index(one) }),
    );
    expect(await client(host).referrers(digest, signal)).toEqual([
      { digest: one.digest, artifactType: 'a/b' },
    ]);
  });

  test('is nothing where there is neither', async () => {
    const { host } = await serve(answers({}));
    expect(await client(host).referrers(digest, signal)).toEqual([]);
  });
});

describe('tags', () => {
  test('come page by page', async () => {
    const { host } = await serve(({ url = '' }, response) => {
      if (url.includes('last=')) return void response.end('{"tags":["v2"]}');
      response.setHeader('link', '</v2/org/app/tags/list?n=1&last=v1>; rel="next"').end('{"tags":["v1"]}');
    });
    expect(await client(host).tags(signal)).toEqual(['v1', 'v2']);
  });

  test('of another place are not asked for', async () => {
    const { host } = await serve((_, response) => {
      response
        .setHeader('link', '<http://other.example/v2/org/app/tags/list>; rel="next"')
        .end('{"tags":[]}');
    });
    await expect(client(host).tags(signal)).rejects.toThrow('at another place');
  });
});

describe('a registry that is busy', () => {
  test('is asked again when it says so', async () => {
    let times = 0;
    const { host } = await serve((_, response) => {
      if (times++ === 0) return void response.writeHead(429, { 'retry-after': '0' }).end();
      response.end('{"tags":[]}');
    });
    expect(await client(host).tags(signal)).toEqual([]);
  });

  test('for long is left alone, and the error says for how long', async () => {
    const { host } = await serve(
      (_, response) => void response.writeHead(429, { 'retry-after': '3600' }).end(),
    );
    await expect(client(host).tags(signal)).rejects.toMatchObject({ failure: 'busy', retryAfter: 3600_000 });
  });
});
