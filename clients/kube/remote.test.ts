import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { kubeClient, remoteConnection } from './index.ts';

test('a remote cluster is asked with the token of the moment', async () => {
  const tokens: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    tokens.push(request.headers.authorization);
    response.end('{}');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let asked = 0;
  const client = kubeClient(await remoteConnection('fleet', async () => ({ address, token: `t${asked++}` })));
  await client.transport.send({ method: 'GET', path: '/version' });
  await client.transport.send({ method: 'GET', path: '/version' });
  expect(tokens).toEqual(['Bearer t1', 'Bearer t2']);
  expect(client.connection).toMatchObject({ contextName: 'fleet', insecureSkipVerify: false });
  await client.close();
  server.close();
});
