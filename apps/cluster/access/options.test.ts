import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../index.ts';
import { type Client, connect } from '../testing/client.ts';

let cluster: Cluster;
let client: Client;

afterEach(async () => {
  client.close();
  await cluster.stop();
});

const whoAmI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

test('static tokens speak for the users that the options name', async () => {
  cluster = await startCluster({
    inMemory: true,
    simulate: false,
    tokens: { s3cret: { user: 'ci', groups: ['builders'] } },
  });
  client = connect(cluster.kubeconfig);
  const stranger = client.anonymous();
  const { body } = await stranger.post(whoAmI, {}, { authorization: 'Bearer s3cret' });
  expect(body.status.userInfo).toEqual({ username: 'ci', groups: ['builders', 'system:authenticated'] });
  expect((await stranger.post(whoAmI, {}, { authorization: 'Bearer wrong' })).code).toBe(401);
  stranger.close();
});

test('a kubeconfig is made for another user and its groups', async () => {
  cluster = await startCluster({ inMemory: true, simulate: false });
  client = connect(cluster.kubeconfig);
  const jane = connect(cluster.kubeconfigFor('jane', ['developers', 'testers']));
  const { body } = await jane.post(whoAmI, {});
  expect(body.status.userInfo).toEqual({
    username: 'jane',
    groups: ['developers', 'testers', 'system:authenticated'],
  });
  expect((await jane.get('/api/v1/nodes')).code).toBe(403);
  jane.close();
});

test('a webhook behind a Service is passed over with a warning, and asked where the options say it listens', async () => {
  const asked: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    let text = '';
    for await (const chunk of incoming) text += chunk;
    const { uid } = JSON.parse(text).request;
    asked.push(incoming.url!);
    const response = { uid, allowed: false, status: { message: 'not here', code: 403 } };
    outgoing.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const webhook = (name: string) => ({
    name: `${name}.example.com`,
    clientConfig: { service: { namespace: 'hooks', name, path: '/review' } },
    rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: [name] }],
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
  });
  cluster = await startCluster({
    inMemory: true,
    simulate: false,
    webhookServices: { 'hooks/configmaps': `http://127.0.0.1:${port}` },
  });
  client = connect(cluster.kubeconfig);
  await client.post('/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
    metadata: { name: 'both' },
    webhooks: [webhook('configmaps'), webhook('secrets')],
  });
  const core = '/api/v1/namespaces/default';
  const refused = await client.post(`${core}/configmaps`, { metadata: { name: 'x' } });
  expect([refused.code, refused.body.message]).toEqual([
    403,
    'admission webhook "configmaps.example.com" denied the request: not here',
  ]);
  const passed = await client.post(`${core}/secrets`, { metadata: { name: 'x' } });
  expect([passed.code, passed.headers.warning]).toEqual([
    201,
    expect.stringContaining('was not asked: the Pods of its Service are simulated'),
  ]);
  expect(asked).toEqual(['/review?timeout=10s']);
  await new Promise(resolve => server.close(resolve));
});
