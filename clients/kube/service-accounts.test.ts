import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type KubeClient, kubeClient, loadConnection, serviceAccountTokens } from './index.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function clientOf(answer: RequestListener): Promise<KubeClient> {
  const server = createServer(answer);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const text = `{current-context: a, contexts: [{name: a, context: {cluster: a}}], clusters: [{name: a, cluster: {server: "http://127.0.0.1:${port}"}}]}`;
  const client = kubeClient(loadConnection({ text }));
  closing.push(
    () => client.close(),
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return client;
}

describe('a token of a ServiceAccount', () => {
  test.each([
    [['sts.amazonaws.com'], { audiences: ['sts.amazonaws.com'] }],
    [[], {}],
  ])('is requested for the audiences %j', async (audiences, spec) => {
    let asked: unknown;
    const client = await clientOf(async (request, response) => {
      asked = [request.method, request.url, JSON.parse((await request.toArray()).join(''))];
      response.end(JSON.stringify({ kind: 'TokenRequest', status: { token: 'a.b.c' } }));
    });
    const token = await serviceAccountTokens(client).token({ namespace: 'apps', name: 'reader' }, audiences);
    expect(token).toBe('a.b.c');
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
    expect(asked).toEqual(['POST', '/api/v1/namespaces/apps/serviceaccounts/reader/token', body]);
  });

  test.each([
    ['apps', ''],
    ['', 'reader'],
    ['apps', '../../../x'],
    ['apps', 'reader/token?x='],
  ])('is not requested in %j for %j', async (namespace, name) => {
    let asked = 0;
    const client = await clientOf((_, response) => {
      asked++;
      response.end('{}');
    });
    const tokens = serviceAccountTokens(client);
    await expect(tokens.token({ namespace, name }, [])).rejects.toThrow('is no name of a service account');
    await expect(tokens.annotations({ namespace, name })).rejects.toThrow('is no name of a service account');
    expect(asked).toBe(0);
  });

  test('that the answer does not hold is an error', async () => {
    const client = await clientOf((_, response) => void response.end('{"status": {}}'));
    const given = serviceAccountTokens(client).token({ namespace: 'apps', name: 'reader' }, []);
    await expect(given).rejects.toThrow('the API server issued no token to ServiceAccount apps/reader');
  });
});
