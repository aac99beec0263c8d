import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { connection } from './connection.ts';

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
