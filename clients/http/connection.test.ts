import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type ConnectionOptions, connection } from './connection.ts';
import { startSocks } from './testing/index.ts';

afterEach(() => vi.unstubAllEnvs());

test.each(['', 'example.com', '*'])(
  'a server of this machine is asked without the proxy of the environment, NO_PROXY being %j',
  async noProxy => {
    // Nobody listens there.
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'])
      vi.stubEnv(name, 'http://127.0.0.1:9');
    vi.stubEnv('NO_PROXY', noProxy);
    vi.stubEnv('no_proxy', noProxy);
    const server = createServer((_, response) => response.end('here'));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const dispatcher = connection({});
    for (const host of ['127.0.0.1', 'localhost']) {
      const { body } = await dispatcher.request({
        origin: `http://${host}:${port}`,
        path: '/',
        method: 'GET',
      });
      expect(await body.text()).toBe('here');
    }
    await dispatcher.destroy();
    server.close();
  },
);

describe('a proxy of SOCKS 5', () => {
  const pem = (name: string) => readFileSync(new URL(`../../e2e/tls/${name}.pem`, import.meta.url), 'utf8');
  const [key, cert] = [pem('key'), pem('cert')];
  const started = async (server: Server | TlsServer) => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return (server.address() as AddressInfo).port;
  };
  const proxy = async (login?: string) => {
    const asked: string[] = [];
    const { port, stop } = await startSocks(asked, login);
    onTestFinished(stop);
    return { asked, url: (before = '') => `socks5://${before}127.0.0.1:${port}` };
  };
  const get = async (origin: string, options: ConnectionOptions) => {
    const dispatcher = connection(options);
    onTestFinished(() => dispatcher.destroy());
    const { body } = await dispatcher.request({ origin, path: '/', method: 'GET' });
    return body.text();
  };
  const here = () => started(createServer((_, response) => response.end('here')));

  test('is told the name of the host, and nothing of who asks where it wants no login', async () => {
    const { asked, url } = await proxy('');
    const port = await here();
    expect(await get(`http://fleet.example:${port}`, { proxy: { url: url() } })).toBe('here');
    expect(asked).toEqual([`fleet.example:${port}`]);
  });

  test.each([
    ['beside its URL', '', { username: 'me', password: 'p@ss' }],
    ['in its URL', 'me:p%40ss@', {}],
  ])('lets in whose login stands %s', async (_, before, login) => {
    const { asked, url } = await proxy('me p@ss');
    const port = await here();
    expect(await get(`http://127.0.0.1:${port}`, { proxy: { url: url(before), ...login } })).toBe('here');
    expect(asked).toEqual([`me p@ss 127.0.0.1:${port}`]);
  });

  test('takes a per cent sign that begins nothing for itself', async () => {
    const { asked, url } = await proxy('me 100%');
    const port = await here();
    expect(await get(`http://127.0.0.1:${port}`, { proxy: { url: url('me:100%@') } })).toBe('here');
    expect(asked).toEqual([`me 100% 127.0.0.1:${port}`]);
  });

  test('is in the way to a server of an authority of its own that wants to know its clients', async () => {
    const { url } = await proxy('');
    const options = { key, cert, ca: cert, requestCert: true, rejectUnauthorized: true };
    const port = await started(createTlsServer(options, (_, response) => response.end('safe')));
    const ways = { proxy: { url: url() }, tls: { ca: cert, cert, key } };
    expect(await get(`https://127.0.0.1:${port}`, ways)).toBe('safe');
    await expect(get(`https://127.0.0.1:${port}`, { proxy: { url: url() } })).rejects.toThrow(/certificate/);
  });

  test.each([
    [
      'does not know who asks',
      async () => (await proxy('me p@ss')).url('me:no@'),
      /the proxy 127\.0\.0\.1: /,
    ],
    ['is not there', async () => 'socks5://127.0.0.1:9', /the proxy 127\.0\.0\.1: /],
  ])('that %s is said to be the obstacle', async (_, place, why) => {
    await expect(get('http://127.0.0.1:9', { proxy: { url: await place() } })).rejects.toThrow(why);
  });
});
