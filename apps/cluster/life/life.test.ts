import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../index.ts';
import { type Client, connect } from '../testing/client.ts';
import { until } from '../testing/until.ts';

let cluster: Cluster;
let client: Client;
const apps = '/apis/apps/v1/namespaces/default';
const core = '/api/v1/namespaces/default';

beforeAll(async () => {
  cluster = await startCluster({ inMemory: true });
  client = connect(cluster.kubeconfig);
});

afterAll(async () => {
  client.close();
  await cluster.stop();
});

const template = (app: string, image = 'nginx:1', annotations = {}) => ({
  metadata: { labels: { app }, annotations },
  spec: { containers: [{ name: 'main', image, ports: [{ name: 'http', containerPort: 8080 }] }] },
});

function workload(name: string, spec: object) {
  return { metadata: { name }, spec: { selector: { matchLabels: { app: name } }, ...spec } };
}

test('a Deployment becomes available and rolls out a new template', async () => {
  await client.post(`${apps}/deployments`, workload('web', { replicas: 2, template: template('web') }));
  const available = await until(
    client,
    `${apps}/deployments/web`,
    ({ status }) => status.availableReplicas === 2,
  );
  expect(available.status).toMatchObject({
    observedGeneration: 1,
    replicas: 2,
    updatedReplicas: 2,
    readyReplicas: 2,
  });
  const spec = { template: template('web', 'nginx:2') };
  await client.patch(`${apps}/deployments/web`, 'application/strategic-merge-patch+json', { spec });
  const rolled = await until(
    client,
    `${apps}/deployments/web`,
    ({ status }) => status.observedGeneration === 2 && status.updatedReplicas === 2 && status.replicas === 2,
  );
  expect(rolled.metadata.annotations['deployment.kubernetes.io/revision']).toBe('2');
  const { body } = await client.get(`${core}/pods?labelSelector=app%3Dweb`);
  expect(
    body.items.map((pod: { spec: { containers: { image: string }[] } }) => pod.spec.containers[0]?.image),
  ).toEqual(['nginx:2', 'nginx:2']);
});

test('controllers tell of what they do', async () => {
  const { body } = await client.get(`${core}/events`);
  const told = body.items.map(
    (event: { involvedObject: { kind: string }; reason: string; source: { component: string } }) =>
      `${event.source.component}: ${event.involvedObject.kind} ${event.reason}`,
  );
  expect([...new Set(told)]).toEqual(
    expect.arrayContaining([
      'deployment-controller: Deployment ScalingReplicaSet',
      'replicaset-controller: ReplicaSet SuccessfulCreate',
      'replicaset-controller: ReplicaSet SuccessfulDelete',
      'default-scheduler: Pod Scheduled',
      'kubelet: Pod Pulled',
      'kubelet: Pod Created',
      'kubelet: Pod Started',
    ]),
  );
});

test.each([
  ['image-pull', 'ImagePullBackOff'],
  ['crash-loop', 'CrashLoopBackOff'],
])('a Pod told to fail by %s waits with %s', async (failure, reason) => {
  const annotations = { 'simulate.millrace.dev/failure': failure };
  const spec = { containers: [{ name: 'main', image: 'nginx' }] };
  await client.post(`${core}/pods`, { metadata: { name: failure, annotations }, spec });
  const pod = await until(client, `${core}/pods/${failure}`, ({ status }) => status.containerStatuses);
  expect(pod.status.containerStatuses[0].state.waiting.reason).toBe(reason);
  const log = await client.get(`${core}/pods/${failure}/log`);
  expect(log.code).toBe(failure === 'crash-loop' ? 200 : 400);
});

test('a StatefulSet has ordinals and bound claims, a DaemonSet a Pod on the node, a Job completes', async () => {
  const claim = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  const stateful = {
    serviceName: 'db',
    replicas: 2,
    template: template('db'),
    volumeClaimTemplates: [claim],
  };
  await client.post(`${apps}/statefulsets`, workload('db', stateful));
  await client.post(`${apps}/daemonsets`, workload('agent', { template: template('agent') }));
  const once = {
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }] } },
  };
  await client.post('/apis/batch/v1/namespaces/default/jobs', { metadata: { name: 'once' }, spec: once });
  await until(client, `${apps}/statefulsets/db`, ({ status }) => status.readyReplicas === 2);
  await until(client, `${apps}/daemonsets/agent`, ({ status }) => status.numberReady === 1);
  const job = await until(
    client,
    '/apis/batch/v1/namespaces/default/jobs/once',
    ({ status }) => status.succeeded === 1,
  );
  expect(job.status.conditions.map((condition: { type: string }) => condition.type)).toContain('Complete');
  const { body } = await client.get(`${core}/persistentvolumeclaims/data-db-1`);
  expect(body.status.phase).toBe('Bound');
});

test('a load balancer gets an address and its Service the endpoints of ready Pods', async () => {
  const ports = [{ name: 'http', port: 80, targetPort: 'http' }];
  await client.post(`${core}/services`, {
    metadata: { name: 'web' },
    spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports },
  });
  const service = await until(client, `${core}/services/web`, ({ status }) => status.loadBalancer.ingress);
  expect(service.spec.clusterIP).toMatch(/^10\.96\./);
  const endpoints = await until(
    client,
    `${core}/endpoints/web`,
    ({ subsets }) => subsets?.[0]?.addresses?.length === 2,
  );
  expect(endpoints.subsets[0].ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
});

test('deleting a Deployment takes its ReplicaSets and Pods along', async () => {
  await client.delete(`${apps}/deployments/web`);
  await until(client, `${core}/pods?labelSelector=app%3Dweb`, ({ items }) => items.length === 0);
});

test('a Pod by itself ends when it has a command to end with', async () => {
  const pod = (name: string, more: object) => ({
    metadata: { name },
    spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox', ...more }] },
  });
  await client.post(`${core}/pods`, pod('check', { command: ['wget'], args: ['web:80'] }));
  await client.post(`${core}/pods`, pod('server', {}));
  await client.post(`${core}/pods`, pod('waiting', { command: ['sleep', '3600'] }));
  await until(client, `${core}/pods/check`, ({ status }) => status.phase === 'Succeeded');
  for (const name of ['server', 'waiting'])
    await until(client, `${core}/pods/${name}`, ({ status }) => status.phase === 'Running');
});
