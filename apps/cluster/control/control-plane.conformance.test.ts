import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Body } from '../testing/client.ts';
import { conformanceSubject, freshNamespace, type Subject } from '../testing/conformance.ts';
import { type ReviewServer, reviewServer } from '../testing/review-server.ts';
import { until } from '../testing/until.ts';

let subject: Subject;
let namespace: string;
let server: ReviewServer;
/** What the webhook makes of a request. */
let judge: (request: Body) => object = () => ({});
const registration = '/apis/admissionregistration.k8s.io/v1';
const registered: string[] = [];

beforeAll(async () => {
  server = await reviewServer(request => judge(request));
  subject = await conformanceSubject();
  namespace = await freshNamespace(subject.client);
  await subject.client.patch(`/api/v1/namespaces/${namespace}`, 'application/merge-patch+json', {
    metadata: { labels: { reviewed: namespace } },
  });
});

afterEach(async () => {
  for (const path of registered.splice(0)) await subject.client.delete(path);
});

afterAll(async () => {
  await subject.stop();
  await server.close();
});

const selector = () => ({ matchLabels: { reviewed: namespace } });
const rules = (resource: string) => [
  { operations: ['CREATE'], apiGroups: ['', 'apps'], apiVersions: ['v1'], resources: [resource] },
];

async function register(kind: string, object: object): Promise<void> {
  const path = `${registration}/${kind}`;
  const { code, body } = await subject.client.post(path, { metadata: { name: namespace }, ...object });
  expect(code, JSON.stringify(body)).toBe(201);
  registered.push(`${path}/${namespace}`);
}

async function registerWebhook(kind: 'mutating' | 'validating', resource: string): Promise<void> {
  await register(`${kind}webhookconfigurations`, {
    webhooks: [
      {
        name: 'judge.example.com',
        clientConfig: server.clientConfig('/'),
        rules: rules(resource),
        namespaceSelector: selector(),
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
      },
    ],
  });
  await untilAsked(resource);
}

/** Real clusters take a moment to hear of a webhook or a policy: ask until a dry run tells. */
async function untilAsked(resource: string): Promise<void> {
  const before = judge;
  let asked = false;
  judge = () => {
    asked = true;
    return {};
  };
  while (!asked) await deploy(`probe-${resource}`, '?dryRun=All', resource);
  judge = before;
}

const template = {
  metadata: { labels: { app: 'web' } },
  spec: { automountServiceAccountToken: false, containers: [{ name: 'main', image: 'nginx' }] },
};
const path = (resource: string) =>
  resource === 'pods'
    ? `/api/v1/namespaces/${namespace}/pods`
    : `/apis/apps/v1/namespaces/${namespace}/${resource}`;

function deploy(name: string, query = '', resource = 'deployments') {
  const metadata = { ...template.metadata, name };
  return subject.client.post(
    `${path(resource)}${query}`,
    resource === 'pods'
      ? { ...template, metadata }
      : { metadata, spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template } },
  );
}

const condition = (object: Body, type: string) =>
  object.status.conditions?.find((each: Body) => each.type === type);

test('a webhook that refuses Pods shows on their ReplicaSet and Deployment until it lets them in', async () => {
  let user: string | undefined;
  judge = ({ userInfo }) => {
    user = userInfo.username;
    return { allowed: false, status: { message: 'not today' } };
  };
  await registerWebhook('validating', 'pods');
  await deploy('web');
  const failing = await until(subject.client, `${path('deployments')}/web`, body =>
    condition(body, 'ReplicaFailure'),
  );
  const message = expect.stringMatching(
    /admission webhook "judge.example.com" denied the request: not today$/,
  );
  expect(condition(failing, 'ReplicaFailure')).toMatchObject({
    status: 'True',
    reason: 'FailedCreate',
    message,
  });
  expect(user).toBe('system:serviceaccount:kube-system:replicaset-controller');
  const { body } = await subject.client.get(path('replicasets'));
  expect(condition(body.items[0], 'ReplicaFailure')).toMatchObject({ reason: 'FailedCreate', message });
  const events = await until(
    subject.client,
    `/api/v1/namespaces/${namespace}/events?fieldSelector=reason%3DFailedCreate`,
    ({ items }) => items.length > 0,
  );
  expect(events.items[0].message).toMatch(/^Error creating: admission webhook/);
  judge = () => ({});
  const running = await until(
    subject.client,
    `${path('deployments')}/web`,
    ({ status }) => status.replicas === 2 && !condition({ status }, 'ReplicaFailure'),
  );
  expect(running.status.unavailableReplicas ?? 0).toBeLessThanOrEqual(2);
});

test('a webhook that changes Pods changes those of controllers too', async () => {
  const patch = [{ op: 'add', path: '/metadata/labels/seen', value: 'yes' }];
  judge = () => ({ patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') });
  await registerWebhook('mutating', 'pods');
  await deploy('changed');
  const { items } = await until(
    subject.client,
    `${path('pods')}?labelSelector=seen%3Dyes`,
    body => body.items.length === 2,
  );
  expect(items[0].metadata.labels).toMatchObject({ app: 'web', seen: 'yes' });
});

test('a policy sees which controller it is that writes', async () => {
  const mine = '"system:serviceaccount:kube-system:deployment-controller"';
  await register('validatingadmissionpolicies', {
    spec: {
      matchConstraints: { resourceRules: rules('replicasets') },
      validations: [
        { expression: `request.userInfo.username != ${mine}`, message: 'no sets' },
        { expression: '!object.metadata.name.startsWith("probe")', message: 'in force' },
      ],
    },
  });
  await register('validatingadmissionpolicybindings', {
    spec: {
      policyName: namespace,
      validationActions: ['Deny'],
      matchResources: { namespaceSelector: selector() },
    },
  });
  while ((await deploy('probe', '?dryRun=All', 'replicasets')).code === 201);
  await deploy('stuck');
  const stuck = await until(subject.client, `${path('deployments')}/stuck`, body =>
    condition(body, 'Progressing'),
  );
  expect(condition(stuck, 'Progressing')).toMatchObject({
    status: 'False',
    reason: 'ReplicaSetCreateError',
    message: expect.stringMatching(/denied request: no sets$/),
  });
});
