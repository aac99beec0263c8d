import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Body } from '../testing/client.ts';
import { conformanceSubject, freshNamespace, type Subject } from '../testing/conformance.ts';

let subject: Subject;
let namespace: string;
/** Names of cluster-wide objects must not meet those of another run. */
let own: string;

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const inNamespace = (plural: string) => `${rbac}/namespaces/${namespace}/${plural}`;
const clusterRole = (name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name });
const user = (name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name });

beforeAll(async () => {
  subject = await conformanceSubject();
  namespace = await freshNamespace(subject.client);
  own = namespace;
});

afterAll(() => subject.stop());

/** A request in the name of somebody else. */
function as(name: string, method: string, path: string, body?: unknown): Promise<Answer> {
  return subject.client.send(method, path, body, { 'impersonate-user': name });
}

async function made(path: string, body: unknown): Promise<Body> {
  const answer = await subject.client.post(path, body);
  expect(answer.body).toMatchObject({ metadata: { uid: expect.any(String) } });
  return answer.body;
}

const messageOf = ({ code, body }: Answer) => [code, body.message];

describe('what nobody has granted is refused', () => {
  test.each([
    [
      'GET',
      () => `/api/v1/namespaces/${namespace}/pods`,
      () =>
        `pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "${namespace}"`,
    ],
    [
      'GET',
      () => `/api/v1/namespaces/${namespace}/pods/a`,
      () =>
        `pods "a" is forbidden: User "ann" cannot get resource "pods" in API group "" in the namespace "${namespace}"`,
    ],
    [
      'GET',
      () => `/api/v1/namespaces/${namespace}/pods/a/log`,
      () =>
        `pods "a" is forbidden: User "ann" cannot get resource "pods/log" in API group "" in the namespace "${namespace}"`,
    ],
    [
      'GET',
      () => '/api/v1/nodes',
      () =>
        'nodes is forbidden: User "ann" cannot list resource "nodes" in API group "" at the cluster scope',
    ],
    [
      'GET',
      () => '/api/v1/nodes?watch=1',
      () =>
        'nodes is forbidden: User "ann" cannot watch resource "nodes" in API group "" at the cluster scope',
    ],
    [
      'DELETE',
      () => `/apis/apps/v1/namespaces/${namespace}/deployments`,
      () =>
        `deployments.apps is forbidden: User "ann" cannot deletecollection resource "deployments" in API group "apps" in the namespace "${namespace}"`,
    ],
    [
      'GET',
      () => `/api/v1/namespaces/${namespace}`,
      () =>
        `namespaces "${namespace}" is forbidden: User "ann" cannot get resource "namespaces" in API group "" in the namespace "${namespace}"`,
    ],
    ['GET', () => '/metrics/x', () => 'forbidden: User "ann" cannot get path "/metrics/x"'],
  ])('%s %#', async (method, path, message) => {
    expect(messageOf(await as('ann', method, path()))).toEqual([403, message()]);
  });

  test('a stranger sees the version and the health', async () => {
    const stranger = subject.client.anonymous();
    const codes = ['/version', '/readyz', '/api', '/api/v1/pods'].map(
      async path => (await stranger.get(path)).code,
    );
    expect(await Promise.all(codes)).toEqual([200, 200, 403, 403]);
    const { code, body } = await stranger.get('/api', { authorization: 'Bearer nonsense' });
    expect([code, body.reason]).toEqual([401, 'Unauthorized']);
    stranger.close();
  });

  test('everybody with a name discovers the API', async () => {
    for (const path of ['/api', '/apis', '/apis/apps/v1', '/openapi/v3', '/version'])
      expect([path, (await as('ann', 'GET', path)).code]).toEqual([path, 200]);
  });
});

describe('what a role says is allowed', () => {
  test('in the namespace of a RoleBinding only, and no longer than it is there', async () => {
    const path = inNamespace('rolebindings');
    await made(path, {
      metadata: { name: 'readers' },
      roleRef: clusterRole('view'),
      subjects: [user('rita')],
    });
    const codes = async () => [
      (await as('rita', 'GET', `/api/v1/namespaces/${namespace}/pods`)).code,
      (await as('rita', 'GET', `/api/v1/namespaces/${namespace}/secrets`)).code,
      (await as('rita', 'GET', '/api/v1/namespaces/default/pods')).code,
      (await as('rita', 'POST', `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name: 'x' } }))
        .code,
    ];
    expect(await codes()).toEqual([200, 403, 403, 403]);
    await subject.client.delete(`${path}/readers`);
    expect((await codes())[0]).toBe(403);
  });

  test('by name, by subresource and by group', async () => {
    await made(inNamespace('roles'), {
      metadata: { name: 'narrow' },
      rules: [
        { apiGroups: [''], resources: ['configmaps'], resourceNames: ['mine'], verbs: ['get'] },
        { apiGroups: ['apps'], resources: ['*/scale'], verbs: ['*'] },
      ],
    });
    await made(inNamespace('rolebindings'), {
      metadata: { name: 'narrow' },
      roleRef: { ...clusterRole('narrow'), kind: 'Role' },
      subjects: [{ ...user('narrows'), kind: 'Group' }],
    });
    const codeOf = async (path: string) =>
      (
        await subject.client.send('GET', path, undefined, {
          'impersonate-user': 'nora',
          'impersonate-group': 'narrows',
        })
      ).code;
    // 404: allowed, and not there.
    expect(await codeOf(`/api/v1/namespaces/${namespace}/configmaps/mine`)).toBe(404);
    expect(await codeOf(`/api/v1/namespaces/${namespace}/configmaps/other`)).toBe(403);
    expect(await codeOf(`/apis/apps/v1/namespaces/${namespace}/deployments/a/scale`)).toBe(404);
    expect(await codeOf(`/apis/apps/v1/namespaces/${namespace}/deployments/a`)).toBe(403);
  });

  test('an apply that creates needs the right to create', async () => {
    await made(inNamespace('roles'), {
      metadata: { name: 'patcher' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['patch'] }],
    });
    await made(inNamespace('rolebindings'), {
      metadata: { name: 'patcher' },
      roleRef: { ...clusterRole('patcher'), kind: 'Role' },
      subjects: [user('pat')],
    });
    const answer = await subject.client.send(
      'PATCH',
      `/api/v1/namespaces/${namespace}/configmaps/new?fieldManager=pat`,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' } },
      { 'impersonate-user': 'pat', 'content-type': 'application/apply-patch+yaml' },
    );
    expect(messageOf(answer)).toEqual([
      403,
      `configmaps "new" is forbidden: User "pat" cannot create resource "configmaps" in API group "" in the namespace "${namespace}"`,
    ]);
  });

  test('a binding to no role is told of', async () => {
    await made(inNamespace('rolebindings'), {
      metadata: { name: 'dangling' },
      roleRef: clusterRole('nowhere-to-be-found'),
      subjects: [user('dan')],
    });
    expect(messageOf(await as('dan', 'GET', `/api/v1/namespaces/${namespace}/secrets`))).toEqual([
      403,
      `secrets is forbidden: User "dan" cannot list resource "secrets" in API group "" in the namespace "${namespace}": RBAC: clusterrole.rbac.authorization.k8s.io "nowhere-to-be-found" not found`,
    ]);
  });
});

test('aggregating roles hold what the roles they select hold', async () => {
  const role = `${rbac}/clusterroles/${own}-sum`;
  const part = (verbs: string[]) => ({
    rules: [{ apiGroups: ['example.com'], resources: ['things'], verbs }],
  });
  await made(`${rbac}/clusterroles`, {
    metadata: { name: `${own}-sum` },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [own]: 'yes' } }] },
  });
  await made(`${rbac}/clusterroles`, {
    metadata: { name: `${own}-part`, labels: { [own]: 'yes' } },
    ...part(['get']),
  });
  await expect.poll(async () => (await subject.client.get(role)).body.rules).toEqual(part(['get']).rules);
  await subject.client.patch(
    `${rbac}/clusterroles/${own}-part`,
    'application/merge-patch+json',
    part(['list']),
  );
  await expect.poll(async () => (await subject.client.get(role)).body.rules).toEqual(part(['list']).rules);
  for (const name of ['sum', 'part']) await subject.client.delete(`${rbac}/clusterroles/${own}-${name}`);
  const { body } = await subject.client.get(`${rbac}/clusterroles/edit`);
  expect(body.rules.length).toBeGreaterThan(20);
});

describe('nobody gives away what they do not hold', () => {
  beforeAll(async () => {
    await made(inNamespace('roles'), {
      metadata: { name: 'role-writer' },
      rules: [
        {
          apiGroups: ['rbac.authorization.k8s.io'],
          resources: ['roles', 'rolebindings'],
          verbs: ['create', 'update'],
        },
        { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
      ],
    });
    await made(inNamespace('rolebindings'), {
      metadata: { name: 'role-writer' },
      roleRef: { ...clusterRole('role-writer'), kind: 'Role' },
      subjects: [user('wes')],
    });
  });

  const role = (name: string, resources: string[]) => ({
    metadata: { name },
    rules: [{ apiGroups: [''], resources, verbs: ['get', 'list'] }],
  });

  test('by a role', async () => {
    expect((await as('wes', 'POST', inNamespace('roles'), role('fine', ['pods']))).code).toBe(201);
    expect(
      messageOf(await as('wes', 'POST', inNamespace('roles'), role('greedy', ['pods', 'secrets']))),
    ).toEqual([
      403,
      `roles.rbac.authorization.k8s.io "greedy" is forbidden: user "wes" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}`,
    ]);
  });

  test('by a binding', async () => {
    const binding = (name: string) => ({
      metadata: { name: `b-${name}` },
      roleRef: clusterRole(name),
      subjects: [user('x')],
    });
    const answer = await as('wes', 'POST', inNamespace('rolebindings'), binding('view'));
    expect([answer.code, answer.body.message]).toEqual([
      403,
      expect.stringContaining('{APIGroups:[""], Resources:["configmaps"], Verbs:["get" "list" "watch"]}\n'),
    ]);
    expect(messageOf(await as('wes', 'POST', inNamespace('rolebindings'), binding('missing')))).toEqual([
      404,
      'rolebindings.rbac.authorization.k8s.io "missing" not found',
    ]);
  });

  test('by an aggregating role', async () => {
    await made(`${rbac}/clusterroles`, {
      metadata: { name: `${own}-writer` },
      rules: [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['create'] }],
    });
    await made(`${rbac}/clusterrolebindings`, {
      metadata: { name: `${own}-writer` },
      roleRef: clusterRole(`${own}-writer`),
      subjects: [user('wilma')],
    });
    const aggregating = { metadata: { name: `${own}-all` }, aggregationRule: { clusterRoleSelectors: [{}] } };
    expect(messageOf(await as('wilma', 'POST', `${rbac}/clusterroles`, aggregating))).toEqual([
      403,
      `clusterroles.rbac.authorization.k8s.io "${own}-all" is forbidden: must have cluster-admin privileges to use the aggregationRule`,
    ]);
    await subject.client.delete(`${rbac}/clusterroles/${own}-writer`);
    await subject.client.delete(`${rbac}/clusterrolebindings/${own}-writer`);
  });
});

describe('reviews', () => {
  const authorization = '/apis/authorization.k8s.io/v1';

  test('tell what a subject may do, and why', async () => {
    await made(inNamespace('rolebindings'), {
      metadata: { name: 'editors' },
      roleRef: clusterRole('edit'),
      subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace }],
    });
    const ask = async (verb: string, resource: string) =>
      (
        await subject.client.post(`${authorization}/subjectaccessreviews`, {
          spec: {
            user: `system:serviceaccount:${namespace}:robot`,
            resourceAttributes: { namespace, verb, resource, group: 'apps' },
          },
        })
      ).body.status;
    expect(await ask('create', 'deployments')).toEqual({
      allowed: true,
      reason: `RBAC: allowed by RoleBinding "editors/${namespace}" of ClusterRole "edit" to ServiceAccount "robot/${namespace}"`,
    });
    expect(await ask('create', 'unheard-of')).toEqual({ allowed: false });
  });

  test('are no rows of a table', async () => {
    const table = 'application/json;as=Table;g=meta.k8s.io;v=v1';
    const ask = async (accept: string) => {
      const question = { spec: { nonResourceAttributes: { path: '/', verb: 'get' } } };
      const answer = await subject.client.post(`${authorization}/selfsubjectaccessreviews`, question, {
        accept,
      });
      return [answer.code, answer.body.kind];
    };
    expect(await ask(table)).toEqual([406, 'Status']);
    expect(await ask(`${table},application/json`)).toEqual([201, 'SelfSubjectAccessReview']);
  });

  test('list what one may do oneself', async () => {
    const answer = await as('zoe', 'POST', `${authorization}/selfsubjectrulesreviews`, {
      spec: { namespace },
    });
    expect(answer.body.status.incomplete).toBe(false);
    expect(answer.body.status.resourceRules).toContainEqual({
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
      verbs: ['create'],
    });
  });

  test('want exactly one question', async () => {
    const { code, body } = await subject.client.post(`${authorization}/selfsubjectaccessreviews`, {
      spec: {},
    });
    expect([code, body.reason]).toEqual([422, 'Invalid']);
  });
});

describe('impersonation', () => {
  test('is itself a right', async () => {
    const own = await as('ivy', 'POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
    expect(own.body.status.userInfo).toEqual({ username: 'ivy', groups: ['system:authenticated'] });
  });

  test('a service account has its groups unless others are named', async () => {
    const ask = async (headers: Record<string, string>) =>
      (await subject.client.send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, headers))
        .body.status.userInfo.groups;
    const account = { 'impersonate-user': `system:serviceaccount:${namespace}:robot` };
    expect(await ask(account)).toEqual([
      'system:serviceaccounts',
      `system:serviceaccounts:${namespace}`,
      'system:authenticated',
    ]);
    expect(await ask({ ...account, 'impersonate-group': 'a' })).toEqual(['a', 'system:authenticated']);
  });
});

describe('tokens', () => {
  const account = () => `/api/v1/namespaces/${namespace}/serviceaccounts`;

  test('of a service account speak for it until it is gone', async () => {
    await made(account(), { metadata: { name: 'speaker' } });
    const { code, body } = await subject.client.post(`${account()}/speaker/token`, { spec: {} });
    expect([code, body.kind, body.spec.expirationSeconds]).toEqual([201, 'TokenRequest', 3600]);
    const bearer = { authorization: `Bearer ${body.status.token}` };
    const speaker = subject.client.anonymous();
    const refused = await speaker.get('/api/v1/nodes', bearer);
    expect(messageOf(refused)).toEqual([
      403,
      `nodes is forbidden: User "system:serviceaccount:${namespace}:speaker" cannot list resource "nodes" in API group "" at the cluster scope`,
    ]);
    // Another user of the token may not become somebody else.
    const impersonating = await speaker.get('/api/v1/nodes', { ...bearer, 'impersonate-user': 'root' });
    expect(messageOf(impersonating)).toEqual([
      403,
      `nodes is forbidden: User "system:serviceaccount:${namespace}:speaker" cannot impersonate-on:user-info:list resource "nodes" in API group "" at the cluster scope`,
    ]);
    const review = async () =>
      (
        await subject.client.post('/apis/authentication.k8s.io/v1/tokenreviews', {
          spec: { token: body.status.token },
        })
      ).body.status;
    expect(await review()).toMatchObject({
      authenticated: true,
      user: { username: `system:serviceaccount:${namespace}:speaker` },
    });
    await subject.client.delete(`${account()}/speaker`);
    // Kubernetes remembers for some seconds that a token was good.
    await expect
      .poll(async () => (await speaker.get('/api/v1/nodes', bearer)).code, { timeout: 25_000 })
      .toBe(401);
    speaker.close();
  });

  test('that are asked for wrongly are refused', async () => {
    await made(account(), { metadata: { name: 'brief' } });
    const ask = (name: string, spec: object) => subject.client.post(`${account()}/${name}/token`, { spec });
    expect(messageOf(await ask('brief', { expirationSeconds: 1 }))).toEqual([
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes',
    ]);
    expect(messageOf(await ask('nobody', {}))).toEqual([404, 'serviceaccounts "nobody" not found']);
  });

  test('are put into the Secrets that ask for one', async () => {
    await made(account(), { metadata: { name: 'keeper' } });
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    await made(path, {
      metadata: { name: 'kept', annotations: { 'kubernetes.io/service-account.name': 'keeper' } },
      type: 'kubernetes.io/service-account-token',
    });
    await expect
      .poll(async () => Object.keys((await subject.client.get(`${path}/kept`)).body.data ?? {}).sort())
      .toEqual(['ca.crt', 'namespace', 'token']);
    const { body } = await subject.client.get(`${path}/kept`);
    const speaker = subject.client.anonymous();
    const token = Buffer.from(body.data.token, 'base64').toString();
    const answer = await speaker.get('/api/v1/nodes', { authorization: `Bearer ${token}` });
    expect(answer.body.message).toContain(`system:serviceaccount:${namespace}:keeper`);
    speaker.close();
  });
});
