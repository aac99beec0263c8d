import type { JsonObject } from '@millrace/json';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Body } from '../testing/client.ts';
import { conformanceSubject, freshNamespace, type Subject } from '../testing/conformance.ts';
import { type ReviewServer, reviewServer } from '../testing/review-server.ts';

let subject: Subject;
let namespace: string;
let server: ReviewServer;
/** The requests of the reviews that came in. */
let asked: Body[];
/** What the webhook answers, by its path. */
let answers: Record<string, (request: Body) => object>;

const registration = '/apis/admissionregistration.k8s.io/v1';
const configMaps = () => `/api/v1/namespaces/${namespace}/configmaps`;

beforeAll(async () => {
  server = await reviewServer((request, path) => {
    asked.push(request);
    return answers[path]?.(request) ?? {};
  });
  subject = await conformanceSubject();
  namespace = await freshNamespace(subject.client);
  await subject.client.patch(`/api/v1/namespaces/${namespace}`, 'application/merge-patch+json', {
    metadata: { labels: { reviewed: namespace } },
  });
});

afterAll(async () => {
  await subject.stop();
  await server.close();
});

beforeEach(() => {
  asked = [];
  answers = {};
});

const configured: string[] = [];

afterEach(async () => {
  for (const path of configured.splice(0)) await subject.client.delete(path);
});

/** Registers webhooks for the ConfigMaps of the test's namespace, and waits until they are asked. */
async function register(
  kind: 'Mutating' | 'Validating',
  ...webhooks: (JsonObject & { path: string })[]
): Promise<void> {
  const name = `${namespace}-${kind.toLowerCase()}`;
  const path = `${registration}/${kind.toLowerCase()}webhookconfigurations`;
  const created = await subject.client.post(path, {
    metadata: { name },
    webhooks: webhooks.map(({ path: at, ...more }, i) => ({
      name: `w${i}.example.com`,
      clientConfig: server.clientConfig(at),
      rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
      namespaceSelector: { matchLabels: { reviewed: namespace } },
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      timeoutSeconds: 5,
      ...more,
    })),
  });
  expect(created.body.message).toBeUndefined();
  configured.push(`${path}/${name}`);
  // Kubernetes hears of a new configuration a little later.
  await expect
    .poll(async () => {
      await subject.client.post(`${configMaps()}?dryRun=All`, { metadata: { name: 'probe' } });
      return asked.length > 0;
    })
    .toBe(true);
  asked = [];
}

const patch = (...operations: object[]) => ({
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});

describe('a validating webhook', () => {
  test('refuses with its message and its code', async () => {
    answers['/deny'] = () => ({
      allowed: false,
      status: { message: 'no way', code: 403, reason: 'Forbidden' },
    });
    await register('Validating', { path: '/deny' });
    const { code, body } = await subject.client.post(configMaps(), { metadata: { name: 'refused' } });
    expect([code, body.reason, body.message]).toEqual([
      403,
      'Forbidden',
      'admission webhook "w0.example.com" denied the request: no way',
    ]);
    expect((await subject.client.get(`${configMaps()}/refused`)).code).toBe(404);
  });

  test('refuses without a word', async () => {
    answers['/mute'] = () => ({ allowed: false });
    await register('Validating', { path: '/mute' });
    const { code, body } = await subject.client.post(configMaps(), { metadata: { name: 'refused' } });
    expect([code, body.message]).toEqual([
      400,
      'admission webhook "w0.example.com" denied the request without explanation',
    ]);
  });

  test('sees creation, change and deletion as they are, and warns', async () => {
    answers['/see'] = () => ({ warnings: ['careful'] });
    await register('Validating', { path: '/see' });
    const { headers } = await subject.client.post(configMaps(), {
      metadata: { name: 'seen' },
      data: { a: '1' },
    });
    expect(headers.warning).toBe('299 - "careful"');
    await subject.client.patch(`${configMaps()}/seen`, 'application/merge-patch+json', { data: { a: '2' } });
    await subject.client.delete(`${configMaps()}/seen`);
    const kinds = { group: '', version: 'v1', kind: 'ConfigMap' };
    expect(
      asked.map(({ operation, name, object, oldObject }) => [operation, name, object?.data, oldObject?.data]),
    ).toEqual([
      ['CREATE', 'seen', { a: '1' }, undefined],
      ['UPDATE', 'seen', { a: '2' }, { a: '1' }],
      ['DELETE', 'seen', undefined, { a: '2' }],
    ]);
    expect(asked[0]).toMatchObject({
      kind: kinds,
      namespace,
      dryRun: false,
      object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { uid: expect.any(String) } },
      userInfo: { groups: expect.arrayContaining(['system:masters']) },
    });
  });

  test('is asked only about what it selects', async () => {
    await register(
      'Validating',
      { path: '/all' },
      { path: '/labelled', objectSelector: { matchLabels: { of: 'interest' } } },
    );
    await subject.client.post(configMaps(), { metadata: { name: 'plain' } });
    await subject.client.post(configMaps(), { metadata: { name: 'special', labels: { of: 'interest' } } });
    await subject.client.post(`/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: 'other' } });
    expect(asked.map(({ name }) => name)).toEqual(['plain', 'special', 'special']);
  });

  test('that cannot be reached stops the request, or not, as it says', async () => {
    await register(
      'Validating',
      { path: '/fine' },
      { path: '/x', failurePolicy: 'Ignore', clientConfig: { url: 'https://127.0.0.1:1/x' } },
    );
    expect((await subject.client.post(configMaps(), { metadata: { name: 'ignored' } })).code).toBe(201);
    await subject.client.delete(configured.pop()!);
    await register(
      'Validating',
      { path: '/fine' },
      { path: '/x', clientConfig: { url: 'https://127.0.0.1:1/x' } },
    );
    const { code, body } = await subject.client.post(configMaps(), { metadata: { name: 'stopped' } });
    expect([code, body.message]).toEqual([
      500,
      'Internal error occurred: failed calling webhook "w1.example.com": failed to call webhook: Post "https://127.0.0.1:1/x?timeout=5s": dial tcp 127.0.0.1:1: connect: connection refused',
    ]);
  });

  test('whose answer is for another request is not believed', async () => {
    answers['/confused'] = () => ({ uid: 'x' });
    await register('Validating', { path: '/confused' });
    const { code, body } = await subject.client.post(configMaps(), { metadata: { name: 'stopped' } });
    expect(code).toBe(500);
    expect(body.message).toContain('received invalid webhook response: expected response.uid=');
  });
});

describe('a mutating webhook', () => {
  test('changes what is stored, one after the other', async () => {
    answers['/label'] = () => patch({ op: 'add', path: '/metadata/labels', value: { first: 'yes' } });
    answers['/data'] = ({ object }) =>
      patch({ op: 'add', path: '/data', value: { labels: JSON.stringify(object.metadata.labels) } });
    await register('Mutating', { path: '/label' }, { path: '/data' });
    const { code, body } = await subject.client.post(configMaps(), { metadata: { name: 'changed' } });
    expect([code, body.metadata.labels, body.data]).toEqual([
      201,
      { first: 'yes' },
      { labels: '{"first":"yes"}' },
    ]);
    expect(asked[0].object.metadata.uid).toBeUndefined();
    const { body: stored } = await subject.client.get(`${configMaps()}/changed`);
    expect(stored.metadata).toMatchObject({ uid: body.metadata.uid, labels: { first: 'yes' } });
  });

  test('changes an apply, and what it added belongs to nobody', async () => {
    answers['/add'] = () => patch({ op: 'add', path: '/data/added', value: 'x' });
    await register('Mutating', { path: '/add' });
    const { body } = await subject.client.send(
      'PATCH',
      `${configMaps()}/applied?fieldManager=me`,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data: { mine: 'y' } },
      { 'content-type': 'application/apply-patch+yaml' },
    );
    expect(body.data).toEqual({ mine: 'y', added: 'x' });
  });

  test('whose change makes the object invalid makes the request fail', async () => {
    answers['/spoil'] = () => patch({ op: 'add', path: '/data', value: { 'no good key': 'x' } });
    await register('Mutating', { path: '/spoil' });
    const { code, body } = await subject.client.post(configMaps(), { metadata: { name: 'spoiled' } });
    expect([code, body.reason]).toEqual([422, 'Invalid']);
  });
});
