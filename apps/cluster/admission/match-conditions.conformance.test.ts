import type { JsonObject } from '@millrace/json';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { conformanceSubject, freshNamespace, type Subject } from '../testing/conformance.ts';

let subject: Subject;
let namespace: string;
const configurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';

beforeAll(async () => {
  subject = await conformanceSubject();
  namespace = await freshNamespace(subject.client);
  await subject.client.patch(`/api/v1/namespaces/${namespace}`, 'application/merge-patch+json', {
    metadata: { labels: { reviewed: namespace } },
  });
});
afterEach(async () => {
  await subject.client.delete(`${configurations}/${namespace}`);
});
afterAll(async () => {
  await subject.client.delete(`/api/v1/namespaces/${namespace}`);
  await subject.stop();
});

const create = (name: string) =>
  subject.client.post(`/api/v1/namespaces/${namespace}/configmaps?dryRun=All`, { metadata: { name } });

/** A webhook that nobody answers for: whoever is asked is told so. */
function webhook(name: string, expression: string, more: JsonObject = {}): JsonObject {
  return {
    name: `${name}.example.com`,
    clientConfig: { url: 'https://127.0.0.1:1/x' },
    rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
    namespaceSelector: { matchLabels: { reviewed: namespace } },
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    timeoutSeconds: 5,
    matchConditions: [{ name: 'condition', expression }],
    ...more,
  };
}

async function register(expression: string, more: JsonObject = {}): Promise<void> {
  const body = {
    metadata: { name: namespace },
    webhooks: [webhook('probe', "request.name == 'probe'"), webhook('w', expression, more)],
  };
  expect((await subject.client.post(configurations, body)).body.message).toBeUndefined();
  await expect.poll(async () => (await create('probe')).code).toBe(500);
}

test('a webhook is asked only where its conditions hold', async () => {
  await register("object.metadata.name.startsWith('asked') || oldObject != null");
  expect((await create('passed')).code).toBe(201);
  const { code, body } = await create('asked');
  expect([code, body.message]).toEqual([
    500,
    'Internal error occurred: failed calling webhook "w.example.com": failed to call webhook: Post "https://127.0.0.1:1/x?timeout=5s": dial tcp 127.0.0.1:1: connect: connection refused',
  ]);
});

test('a condition without a value stops the request, or not, as the webhook says', async () => {
  await register("request.name != 'probe' && object.data.a == 'b'");
  const { code, body } = await create('x');
  expect([code, body.message]).toEqual([
    403,
    `configmaps "x" is forbidden: expression 'request.name != 'probe' && object.data.a == 'b'' resulted in error: no such key: data`,
  ]);
  await subject.client.delete(`${configurations}/${namespace}`);
  await expect.poll(async () => (await create('x')).code).toBe(201);
  await register("request.name != 'probe' && object.data.a == 'b'", { failurePolicy: 'Ignore' });
  expect((await create('x')).code).toBe(201);
});

test('a condition that does not compile is refused', async () => {
  const body = {
    metadata: { name: 'refused' },
    webhooks: [webhook('w', 'object.metadata.name + 1 == request.nope')],
  };
  expect((await subject.client.post(configurations, body)).body.message).toMatchSnapshot();
});
