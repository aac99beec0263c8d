import { once } from 'node:events';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BadIdentity, type Cluster, type ClusterOptions, startCluster } from '../index.ts';
import { type Client, connect } from '../testing/client.ts';

let cluster: Cluster;
let client: Client;
const reviews = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
const eve = { 'impersonate-user': 'eve' };

beforeAll(async () => {
  cluster = await startCluster({ inMemory: true, simulate: false });
  client = connect(cluster.kubeconfig);
});

afterAll(async () => {
  client.close();
  await cluster.stop();
});

describe('a header that names nobody leaves nobody the rights of its sender', () => {
  test.each<Record<string, string | string[]>>([
    { 'impersonate-user': '' },
    { 'impersonate-user': ' ' },
    { 'impersonate-user': '\t' },
    { 'impersonate-user': ['jane', 'joe'] },
    { 'impersonate-user': ['jane', ''] },
    { 'impersonate-group': 'system:masters' },
    { 'impersonate-uid': '1' },
    { 'impersonate-extra-a': 'b' },
    { 'impersonate-user': 'jane', 'impersonate-group': '' },
    { 'impersonate-user': 'jane', 'impersonate-group': ['a', ' '] },
    { 'impersonate-user': 'jane', 'impersonate-uid': '' },
    { 'impersonate-user': 'jane', 'impersonate-extra-': 'b' },
    { 'impersonate-user': 'system:serviceaccount:' },
    { 'impersonate-user': 'system:serviceaccount::' },
    { 'impersonate-user': 'system:serviceaccount:default:' },
    { 'impersonate-user': 'system:serviceaccount::default' },
    { 'impersonate-user': 'system:serviceaccount:default: ' },
    { 'impersonate-user': 'system:serviceaccount:Default:default' },
    { 'impersonate-user': 'system:serviceaccount:default:a:b' },
  ])('%j', async headers => {
    const { code, body } = await client.send('POST', reviews, {}, headers as Record<string, string>);
    expect([code, body.reason]).toEqual([400, 'BadRequest']);
  });

  test('the name of an extra is a name, whatever it is', async () => {
    const headers = { ...eve, 'impersonate-extra-__proto__': 'x', 'impersonate-extra-%zz': 'y' };
    const { body } = await client.send('POST', reviews, {}, headers);
    expect(Object.entries(body.status.userInfo.extra)).toEqual([
      ['__proto__', ['x']],
      ['%zz', ['y']],
    ]);
  });

  test.each([
    ['Bearer', 403],
    ['Bearer   ', 403],
    ['Basic abc', 403],
    ['Bearer a b', 401],
    ['Bearer a', 401],
    ['bearer undefined', 401],
  ])('Authorization: %s', async (authorization, code) => {
    const stranger = client.anonymous();
    expect((await stranger.send('POST', reviews, {}, { authorization })).code).toBe(code);
    stranger.close();
  });

  test('the options of a cluster cannot name nobody either', async () => {
    expect(() => cluster.kubeconfigFor('')).toThrow(BadIdentity);
    expect(() => cluster.kubeconfigFor('jane', [' '])).toThrow(BadIdentity);
    const odd: ClusterOptions['tokens'][] = [
      { '': { user: 'a' } },
      { 'a b': { user: 'a' } },
      { a: { user: ' ' } },
      { a: { user: 'a', groups: [''] } },
    ];
    for (const tokens of odd)
      await expect(startCluster({ inMemory: true, tokens })).rejects.toThrow(BadIdentity);
  });
});

describe('what every JavaScript object inherits is nobody’s', () => {
  const all = '{"verbs":["*"],"resources":["*"],"apiGroups":["*"]}';
  const role = (rule: string) =>
    `{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"writer","namespace":"default"},"rules":[${rule}]}`;
  const rules = [
    `{"__proto__":${all}}`,
    `{"__proto__":${all},"verbs":["get"]}`,
    `{"verbs":["get"],"apiGroups":[""],"__proto__":{"resources":["*"]}}`,
    `{"constructor":{"prototype":${all}},"verbs":["get"]}`,
  ];
  const operations = (rule: string) =>
    `[{"op":"add","path":"/rules/-","value":${rule}},{"op":"add","path":"/rules/0/__proto__","value":${all}}]`;
  const held = {
    rules: [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['*'] }],
  };

  beforeAll(async () => {
    await client.post(`${rbac}/roles`, { metadata: { name: 'writer' }, ...held });
    await client.post(`${rbac}/rolebindings`, {
      metadata: { name: 'writer' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'writer' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'eve' }],
    });
  });

  test.each([
    ['POST', 'application/json', (rule: string) => role(rule).replace('"writer"', '"other"')],
    ['POST', 'application/yaml', (rule: string) => role(rule).replace('"writer"', '"other"')],
    ['PUT', 'application/json', role],
    ['PUT', 'application/yaml', role],
    ['PATCH', 'application/merge-patch+json', role],
    ['PATCH', 'application/strategic-merge-patch+json', role],
    ['PATCH', 'application/json-patch+json', operations],
    ['PATCH', 'application/apply-patch+yaml', role],
  ])('%s of a role as %s', async (method, type, body) => {
    for (const rule of rules) {
      const path = method === 'POST' ? `${rbac}/roles` : `${rbac}/roles/writer`;
      const query = '?fieldValidation=Ignore&fieldManager=eve';
      const { code } = await client.send(method, path + query, body(rule), { ...eve, 'content-type': type });
      expect([rule, code, code >= 400]).toEqual([rule, code, true]);
    }
    expect((await client.get(`${rbac}/roles/writer`)).body).toMatchObject(held);
    expect((await client.get(`${rbac}/roles/other`)).code).toBe(404);
    expect((await client.get('/api/v1/namespaces/default/secrets', eve)).code).toBe(403);
  });

  test('a key of data may have such a name, and is a key', async () => {
    const path = '/api/v1/namespaces/default/configmaps';
    const text = '{"metadata":{"name":"odd"},"data":{"__proto__":"a","constructor":"b"}}';
    await client.post(path, text);
    await client.patch(`${path}/odd`, 'application/merge-patch+json', '{"data":{"toString":"c"}}');
    expect(Object.entries((await client.get(`${path}/odd`)).body.data)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
    ]);
  });

  test.each([
    ['GET', '/api/v1/namespaces/default/pods?fieldSelector=constructor%3Da'],
    ['GET', '/api/v1/namespaces/default/pods/a/constructor'],
    ['GET', '/api/v1/namespaces/default/constructor'],
    ['DELETE', `${rbac}/roles/writer?propagationPolicy=constructor`],
  ])('%s %s is refused', async (method, path) => {
    const { code } = await client.send(method, path);
    expect([400, 404, 422]).toContain(code);
  });

  test('a Secret may have a type of such a name', async () => {
    const secret = { metadata: { name: 'odd' }, type: 'constructor' };
    expect((await client.post('/api/v1/namespaces/default/secrets', secret)).code).toBe(201);
  });
});

describe('nothing falls back to more than was named', () => {
  test('a path without its namespace is none, and not one of another name', async () => {
    await client.post('/api/v1/namespaces', { metadata: { name: 'pods' } });
    expect((await client.delete('/api/v1/namespaces//pods')).code).toBe(404);
    expect((await client.get('/api/v1/namespaces/pods')).body.status.phase).toBe('Active');
  });

  test('a token that is bound to nothing is not made', async () => {
    await client.post('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'robot' } });
    const token = (boundObjectRef: object) =>
      client.post('/api/v1/namespaces/default/serviceaccounts/robot/token', { spec: { boundObjectRef } });
    expect((await token({})).code).toBe(422);
    expect((await token({ kind: '', name: 'x' })).code).toBe(422);
    await client.post('/api/v1/namespaces/default/secrets', { metadata: { name: 'bound' } });
    expect((await token({ kind: 'Secret', name: 'bound', uid: 'of-another' })).code).toBe(409);
    expect((await token({ kind: 'Secret', name: 'bound' })).code).toBe(201);
  });

  test('rules are reviewed for a namespace that is named', async () => {
    const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
    expect((await client.post(path, { spec: {} })).code).toBe(400);
  });

  test('a service account that a binding names without a namespace is of that of the binding', async () => {
    await client.post('/api/v1/namespaces', { metadata: { name: 'team' } });
    await client.post('/apis/rbac.authorization.k8s.io/v1/namespaces/team/rolebindings', {
      metadata: { name: 'view' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'robot' }],
    });
    const codes = ['system:serviceaccount:team:robot', 'system:serviceaccount:default:robot'].map(
      async user => (await client.get('/api/v1/namespaces/team/pods', { 'impersonate-user': user })).code,
    );
    expect(await Promise.all(codes)).toEqual([200, 403]);
  });
});

describe('the API goes by the names of this machine', () => {
  test.each<[number, Record<string, string>]>([
    [200, {}],
    [200, { host: 'localhost:6443' }],
    [200, { host: 'kubernetes.default.svc' }],
    [403, { host: 'evil.example' }],
    [403, { host: 'evil.example:6443' }],
    [403, { origin: 'https://evil.example' }],
    [403, { 'sec-fetch-site': 'cross-site' }],
  ])('%i for %j', async (code, headers) => {
    // A program that holds no certificate against the name: what a person can make a browser do.
    const sent = request(`${cluster.url}/version`, { headers, rejectUnauthorized: false }).end();
    const [answer] = await once(sent, 'response');
    expect(answer.resume().statusCode).toBe(code);
  });
});
