import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AzurePlace, type ObjectStore, objectStore } from './index.ts';

const key = Buffer.from('the key of the account').toString('base64');

/** The parts of Azure's protocol that are used: https://learn.microsoft.com/en-us/rest/api/storageservices/ */
describe('a container of Azure', () => {
  let server: Server;
  let asked: IncomingMessage[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let open: ObjectStore[];
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request);
      answer(request, response);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    asked = [];
    open = [];
    answer = (_, response) => send(response, page(['a.yaml']));
    return async () => void (await Promise.all(open.map(store => store.close())));
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const signal = AbortSignal.timeout(30_000);
  const endpoint = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/account`;
  const store = async (place: Partial<AzurePlace> = {}) => {
    const one = await objectStore({ kind: 'azure', endpoint: endpoint(), container: 'fleet', ...place }, {});
    open.push(one);
    return one;
  };
  const listed = async (place: Partial<AzurePlace> = {}, prefix = '') =>
    (await Array.fromAsync((await store(place)).list(prefix, signal))).flat();
  const page = (names: string[], next = '') =>
    `<?xml version="1.0"?><EnumerationResults><Blobs>${names
      .map(
        name =>
          `<Blob><Name>${name}</Name><Properties><Etag>0x8D${name.length}</Etag><Content-Length>3</Content-Length></Properties></Blob>`,
      )
      .join('')}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`;
  const send = (response: ServerResponse, body: string) =>
    response.writeHead(200, { 'content-type': 'application/xml' }).end(body);
  const failing =
    (status: number, code: string, more = '') =>
    (_: IncomingMessage, response: ServerResponse) => {
      response.writeHead(status, { 'content-type': 'application/xml', 'x-ms-error-code': code });
      response.end(
        `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no.${more}\nRequestId:${Math.random()}\nTime:now</Message></Error>`,
      );
    };

  test('is listed page by page, with the etags that headers have', async () => {
    answer = ({ url = '' }, response) =>
      send(response, url.includes('marker=next') ? page(['ccc']) : page(['a', 'bb'], 'next'));
    expect((await listed()).map(({ key: name, etag, size }) => [name, etag, size])).toEqual([
      ['a', '"0x8D1"', 3],
      ['bb', '"0x8D2"', 3],
      ['ccc', '"0x8D3"', 3],
    ]);
    await listed({}, 'apps/');
    expect(asked.at(-1)?.url).toContain('prefix=apps%2F');
  });

  test('gives an object, or none', async () => {
    answer = ({ url }, response) =>
      url === '/account/fleet/a%20b/c%2Bd.yaml'
        ? response.writeHead(200, { etag: '"0x8D9"', 'content-length': 7 }).end('content')
        : failing(404, 'BlobNotFound')(asked[0]!, response);
    const from = await store();
    const found = await from.open({ key: 'a b/c+d.yaml' }, signal);
    expect(found?.etag).toBe('"0x8D9"');
    expect(Buffer.concat(await Array.fromAsync(found!.body)).toString()).toBe('content');
    expect(await from.open({ key: 'gone' }, signal)).toBeUndefined();
  });

  test.each(['../other/a', 'a/../../b', '.', './a'])(
    'is not asked for what a URL would lead away: %s',
    async name => {
      await expect((await store()).open({ key: name }, signal)).rejects.toMatchObject({ failure: 'invalid' });
      expect(asked).toEqual([]);
    },
  );

  test('is asked with a signature of the key of the account', async () => {
    await listed({ credential: { kind: 'key', account: 'account', key } });
    const { headers, url = '' } = asked[0]!;
    const query = [...new URL(url, endpoint()).searchParams].map(([name, value]) => `\n${name}:${value}`);
    const own = Object.keys(headers).filter(name => name.startsWith('x-ms-'));
    const text = [
      `GET${'\n'.repeat(12)}`,
      ...own.sort().map(name => `${name}:${headers[name]}\n`),
      `/account/account/fleet${query.sort().join('')}`,
    ].join('');
    const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
    expect(headers.authorization).toBe(`SharedKey account:${signature}`);
  });

  test('is asked with the query of a shared access signature, which goes before that of the endpoint', async () => {
    const credential = { kind: 'signature', query: 'sv=2020&sig=a%2Bb' } as const;
    await listed({ endpoint: `${endpoint()}?sv=2019&x=1`, credential });
    const { searchParams, pathname } = new URL(asked[0]!.url ?? '', endpoint());
    expect(pathname).toBe('/account/fleet');
    expect([searchParams.get('sv'), searchParams.get('sig'), searchParams.get('x')]).toEqual([
      '2020',
      'a+b',
      '1',
    ]);
  });

  test.each<[string, number, string, object]>([
    ['that is not there', 404, 'ContainerNotFound', { failure: 'no bucket' }],
    [
      'that may not be read',
      403,
      'AuthorizationFailure',
      { failure: 'refused', message: 'AuthorizationFailure: no.' },
    ],
    ['that asks for patience', 503, 'ServerBusy', { failure: 'busy' }],
  ])('%s is told of, each time in the same words', async (_, status, code, expected) => {
    answer = failing(status, code);
    await expect(listed()).rejects.toMatchObject({ name: 'StoreError', ...expected });
  });

  test('that repeats secrets does not make them known', async () => {
    answer = failing(403, 'AuthenticationFailed', ` sig=abcdefgh12345 ${key}`);
    const query = 'sv=2020&sig=abcdefgh12345';
    await expect(listed({ credential: { kind: 'signature', query } })).rejects.toThrow(
      /^(?!.*abcdefgh12345)/,
    );
    await expect(listed({ credential: { kind: 'key', account: 'account', key } })).rejects.toThrow(/\*\*\*$/);
  });

  test.each([
    ['no name', '<Blob><Properties><Etag>0x8D1</Etag></Properties></Blob>'],
    ['no properties', '<Blob><Name>a.yaml</Name></Blob>'],
    [
      'no etag',
      '<Blob><Name>a.yaml</Name><Properties><Content-Length>3</Content-Length></Properties></Blob>',
    ],
  ])('that lists a blob of %s is told of', async (_, blob) => {
    answer = (_request, response) =>
      send(response, `<EnumerationResults><Blobs>${blob}</Blobs><NextMarker/></EnumerationResults>`);
    await expect(listed()).rejects.toMatchObject({ name: 'StoreError', failure: 'invalid' });
  });

  test.each(['<EnumerationResults/>', '<x/>', ''])('whose list is %j is told of', async text => {
    answer = (_, response) => send(response, text);
    await expect(listed()).rejects.toMatchObject({
      name: 'StoreError',
      message: 'the answer is no list of blobs, and no blob',
    });
  });

  test('that redirects is not followed', async () => {
    answer = (_, response) => response.writeHead(307, { location: `${endpoint()}/elsewhere` }).end();
    await expect(listed()).rejects.toThrow(/redirects elsewhere, which is not followed/);
    expect(asked.some(({ url }) => url?.includes('elsewhere'))).toBe(false);
  });

  test.each<Partial<AzurePlace>>([
    { endpoint: 'not a URL' },
    { endpoint: 'ftp://example.com' },
    { container: '../x' },
    { container: '' },
    { credential: { kind: 'token', token: 'of Entra' } },
  ])('%o is none', async place => {
    await expect(store(place)).rejects.toMatchObject({ name: 'StoreError', failure: 'invalid' });
  });
});
