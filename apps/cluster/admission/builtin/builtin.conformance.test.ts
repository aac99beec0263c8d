import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Answer, Body } from '../../testing/client.ts';
import { conformanceSubject, freshNamespace, type Subject } from '../../testing/conformance.ts';
import { until } from '../../testing/until.ts';

let subject: Subject;
let namespace: string;
const made: string[] = [];
const at = (plural: string) => `/api/v1/namespaces/${namespace}/${plural}`;

beforeAll(async () => {
  subject = await conformanceSubject();
});

afterAll(async () => {
  for (const name of made) await subject.client.delete(`/api/v1/namespaces/${name}`);
  await subject.stop();
});

beforeEach(async () => {
  namespace = await freshNamespace(subject.client);
  made.push(namespace);
  const accounts = `${at('serviceaccounts')}?fieldSelector=metadata.name%3Ddefault`;
  await until(subject.client, accounts, ({ items }) => items.length === 1);
});

const container = (resources = {}, name = 'main') => ({ name, image: 'busybox', resources });

function pod(name: string, spec: object = {}, labels = {}): Promise<Answer> {
  const annotations = { 'simulate.millrace.dev/delay': '24h' };
  return subject.client.post(at('pods'), {
    metadata: { name, labels, annotations },
    spec: { containers: [container()], ...spec },
  });
}

const claim = (name: string, storage: string) =>
  subject.client.post(at('persistentvolumeclaims'), {
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
  });

const messageOf = ({ code, body }: Answer) => [code, body.message];

describe('service accounts', () => {
  test('a Pod gets a token of the account that it runs as', async () => {
    const { body } = await pod('a', { initContainers: [container({}, 'first')] });
    const [volume] = body.spec.volumes;
    expect(volume).toEqual({
      name: expect.stringMatching(/^kube-api-access-[a-z0-9]{5}$/),
      projected: {
        defaultMode: 420,
        sources: [
          { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
          { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          {
            downwardAPI: {
              items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
            },
          },
        ],
      },
    });
    const mount = {
      name: volume.name,
      readOnly: true,
      mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
    };
    expect(body.spec.containers[0].volumeMounts).toEqual([mount]);
    expect(body.spec.initContainers[0].volumeMounts).toEqual([mount]);
    expect(body.spec).toMatchObject({ serviceAccountName: 'default', serviceAccount: 'default' });
    expect(body.metadata.managedFields).toHaveLength(1);
    expect(JSON.stringify(body.metadata.managedFields)).not.toContain('volumes');
  });

  test('the account or the Pod may want no token; pull secrets are taken over', async () => {
    await subject.client.post(at('serviceaccounts'), {
      metadata: { name: 'quiet' },
      automountServiceAccountToken: false,
      imagePullSecrets: [{ name: 'registry' }],
    });
    const quiet = (await pod('a', { serviceAccountName: 'quiet' })).body.spec;
    expect([quiet.volumes, quiet.imagePullSecrets]).toEqual([undefined, [{ name: 'registry' }]]);
    const loud = await pod('b', { serviceAccountName: 'quiet', automountServiceAccountToken: true });
    expect(loud.body.spec.volumes).toHaveLength(1);
    const none = await pod('c', { automountServiceAccountToken: false });
    expect(none.body.spec.volumes).toBeUndefined();
  });

  test('an account must exist', async () => {
    expect(messageOf(await pod('a', { serviceAccountName: 'nope' }))).toEqual([
      403,
      `pods "a" is forbidden: error looking up service account ${namespace}/nope: serviceaccount "nope" not found`,
    ]);
  });
});

describe('classes', () => {
  test('a priority is that of the class', async () => {
    const { body } = await pod('a', { priorityClassName: 'system-cluster-critical' });
    expect(body.spec).toMatchObject({ priority: 2000000000, preemptionPolicy: 'PreemptLowerPriority' });
  });

  test.each([
    [{ priorityClassName: 'nope' }, 'no PriorityClass with name nope was found'],
    [
      { priority: 5 },
      'the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
    ],
    [{ runtimeClassName: 'nope' }, 'pod rejected: RuntimeClass "nope" not found'],
  ])('%j is refused', async (spec, why) => {
    expect(messageOf(await pod('a', spec))).toEqual([403, `pods "a" is forbidden: ${why}`]);
  });

  test('claims and volumes are protected while they are in use', async () => {
    const { body } = await claim('a', '1Gi');
    expect(body.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
    await subject.client.delete(`${at('persistentvolumeclaims')}/a`);
    const claims = `${at('persistentvolumeclaims')}?fieldSelector=metadata.name%3Da`;
    await until(subject.client, claims, ({ items }) => items.length === 0);
  });
});

describe('limit ranges', () => {
  const limits = [
    {
      type: 'Container',
      default: { cpu: '500m', memory: '512Mi' },
      defaultRequest: { cpu: '100m' },
      min: { cpu: '50m' },
      max: { cpu: '1', memory: '1Gi' },
      maxLimitRequestRatio: { cpu: '10' },
    },
    { type: 'Pod', max: { cpu: '1500m' } },
    { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '2Gi' } },
  ];

  beforeEach(async () => {
    await subject.client.post(at('limitranges'), { metadata: { name: 'lr' }, spec: { limits } });
    // API servers look limit ranges up in a cache that may not know yet.
    for (let answer = await claim('probe', '9Gi'); answer.code === 201; answer = await claim('probe', '9Gi'))
      await subject.client.delete(`${at('persistentvolumeclaims')}/probe`);
  });

  test('defaults are filled in and told of', async () => {
    const { body } = await pod('a');
    expect(body.spec.containers[0].resources).toEqual({
      requests: { cpu: '100m', memory: '512Mi' },
      limits: { cpu: '500m', memory: '512Mi' },
    });
    expect(body.metadata.annotations['kubernetes.io/limit-ranger']).toBe(
      'LimitRanger plugin set: cpu, memory request for container main; cpu, memory limit for container main',
    );
  });

  test.each([
    [
      [container({ limits: { cpu: '1' } }), container({ limits: { cpu: '1' } }, 'b')],
      'maximum cpu usage per Pod is 1500m, but limit is 2',
    ],
    [
      [container({ requests: { cpu: '10m' }, limits: { cpu: '100m' } })],
      'minimum cpu usage per Container is 50m, but request is 10m',
    ],
    [
      [container({ limits: { memory: '2Gi' } })],
      'maximum memory usage per Container is 1Gi, but limit is 2Gi',
    ],
    [
      [container({ requests: { cpu: '50m' }, limits: { cpu: '1' } })],
      'cpu max limit to request ratio per Container is 10, but provided ratio is 20.000000',
    ],
  ])('%j is refused', async (containers, why) => {
    expect(messageOf(await pod('a', { containers }))).toEqual([403, `pods "a" is forbidden: ${why}`]);
  });

  test('several problems are told at once', async () => {
    const resources = { requests: { cpu: '10m' }, limits: { cpu: '2' } };
    const [code, message] = messageOf(await pod('a', { containers: [container(resources)] }));
    expect(code).toBe(403);
    expect(
      message
        .replace(/.*\[(.*)\]$/, '$1')
        .split(', ')
        .sort(),
    ).toEqual([
      'but limit is 2',
      'but limit is 2',
      'but provided ratio is 200.000000',
      'but request is 10m',
      'cpu max limit to request ratio per Container is 10',
      'maximum cpu usage per Container is 1',
      'maximum cpu usage per Pod is 1500m',
      'minimum cpu usage per Container is 50m',
    ]);
  });

  test('claims have bounds too', async () => {
    const why = 'maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi';
    expect(messageOf(await claim('a', '3Gi'))).toEqual([
      403,
      `persistentvolumeclaims "a" is forbidden: ${why}`,
    ]);
  });
});

describe('resource quotas', () => {
  async function quota(hard: object, spec: object = {}): Promise<Body> {
    await subject.client.post(at('resourcequotas'), { metadata: { name: 'q' }, spec: { hard, ...spec } });
    return until(subject.client, `${at('resourcequotas')}/q`, ({ status }) => status.used);
  }
  const used = async () => (await subject.client.get(`${at('resourcequotas')}/q`)).body.status.used;
  const sized = (cpu: string, memory: string) => ({
    containers: [container({ requests: { cpu }, limits: { memory } })],
  });

  test('what is used is counted, and given back', async () => {
    await pod('before', sized('250m', '1Gi'));
    const { status } = await quota({
      pods: '4',
      'requests.cpu': '2',
      'limits.memory': '4Gi',
      'count/configmaps': '9',
    });
    expect(status.used).toEqual({
      'count/configmaps': '1',
      'limits.memory': '1Gi',
      pods: '1',
      'requests.cpu': '250m',
    });
    await pod('a', sized('1', '512Mi'));
    expect(await used()).toMatchObject({ 'limits.memory': '1536Mi', pods: '2', 'requests.cpu': '1250m' });
    await subject.client.delete(`${at('pods')}/before`, { gracePeriodSeconds: 0 });
    const after = await until(
      subject.client,
      `${at('resourcequotas')}/q`,
      body => body.status.used.pods === '1',
    );
    expect(after.status.used).toMatchObject({ 'limits.memory': '512Mi', 'requests.cpu': '1' });
  });

  test('no more is let in than the quota allows', async () => {
    await quota({ pods: '1', 'requests.cpu': '1', 'limits.memory': '1Gi' });
    expect((await pod('a', sized('600m', '512Mi'))).code).toBe(201);
    expect(messageOf(await pod('b', sized('600m', '600Mi')))).toEqual([
      403,
      'pods "b" is forbidden: exceeded quota: q, requested: limits.memory=600Mi,pods=1,requests.cpu=600m, used: limits.memory=512Mi,pods=1,requests.cpu=600m, limited: limits.memory=1Gi,pods=1,requests.cpu=1',
    ]);
    expect(messageOf(await pod('c'))).toEqual([
      403,
      'pods "c" is forbidden: failed quota: q: must specify limits.memory for: main; requests.cpu for: main',
    ]);
  });

  test('services, claims and any other objects are counted as well', async () => {
    await quota({
      services: '1',
      'services.loadbalancers': '0',
      persistentvolumeclaims: '1',
      'requests.storage': '1Gi',
      'count/configmaps': '2',
      'count/deployments.apps': '0',
    });
    const service = (name: string, type = 'ClusterIP') =>
      subject.client.post(at('services'), { metadata: { name }, spec: { type, ports: [{ port: 80 }] } });
    const map = (name: string) => subject.client.post(at('configmaps'), { metadata: { name } });
    expect(messageOf(await service('lb', 'LoadBalancer'))).toEqual([
      403,
      'services "lb" is forbidden: exceeded quota: q, requested: services.loadbalancers=1, used: services.loadbalancers=0, limited: services.loadbalancers=0',
    ]);
    expect((await service('a')).code).toBe(201);
    expect(messageOf(await service('b'))).toEqual([
      403,
      'services "b" is forbidden: exceeded quota: q, requested: services=1, used: services=1, limited: services=1',
    ]);
    expect(messageOf(await claim('a', '2Gi'))).toEqual([
      403,
      'persistentvolumeclaims "a" is forbidden: exceeded quota: q, requested: requests.storage=2Gi, used: requests.storage=0, limited: requests.storage=1Gi',
    ]);
    expect((await map('x')).code).toBe(201);
    expect(messageOf(await map('y'))).toEqual([
      403,
      'configmaps "y" is forbidden: exceeded quota: q, requested: count/configmaps=1, used: count/configmaps=2, limited: count/configmaps=2',
    ]);
    const labels = { app: 'a' };
    const deployment = {
      metadata: { name: 'a' },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container()] } },
      },
    };
    const refused = await subject.client.post(
      `/apis/apps/v1/namespaces/${namespace}/deployments`,
      deployment,
    );
    expect(messageOf(refused)).toEqual([
      403,
      'deployments.apps "a" is forbidden: exceeded quota: q, requested: count/deployments.apps=1, used: count/deployments.apps=0, limited: count/deployments.apps=0',
    ]);
  });

  test('a quota counts only what is in its scopes', async () => {
    await quota({ pods: '1' }, { scopes: ['BestEffort'] });
    expect((await pod('a', sized('1', '1Gi'))).code).toBe(201);
    expect((await pod('b')).code).toBe(201);
    expect(await used()).toEqual({ pods: '1' });
    expect((await pod('c')).code).toBe(403);
  });

  test('dry runs use nothing', async () => {
    await quota({ 'count/configmaps': '3' });
    await subject.client.post(`${at('configmaps')}?dryRun=All`, { metadata: { name: 'x' } });
    // Kubernetes puts its authority's certificate into a namespace a little after it is made.
    await expect.poll(used).toEqual({ 'count/configmaps': '1' });
  });

  test('what a quota refuses to a Deployment comes when there is room', async () => {
    await quota({ pods: '1' });
    const labels = { app: 'a' };
    const apps = `/apis/apps/v1/namespaces/${namespace}`;
    const template = {
      metadata: { labels, annotations: { 'simulate.millrace.dev/delay': '24h' } },
      spec: { containers: [container()] },
    };
    const spec = { replicas: 2, selector: { matchLabels: labels }, template };
    await subject.client.post(`${apps}/deployments`, { metadata: { name: 'a' }, spec });
    const failure = ({ status }: Body) =>
      status.conditions?.find(({ type }: Body) => type === 'ReplicaFailure');
    const failing = await until(subject.client, `${apps}/deployments/a`, failure);
    expect(failure(failing).message).toMatch(
      /^pods "a-[a-z0-9]+-[a-z0-9]{5}" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1$/,
    );
    const patch = { spec: { hard: { pods: '5' } } };
    await subject.client.patch(`${at('resourcequotas')}/q`, 'application/merge-patch+json', patch);
    await until(subject.client, `${apps}/deployments/a`, ({ status }) => status.replicas === 2);
  });
});
