import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../index.ts';
import { type Client, connect } from '../testing/client.ts';

let cluster: Cluster;
let client: Client;
const core = '/api/v1/namespaces/default';
const merge = 'application/merge-patch+json';

beforeAll(async () => {
  cluster = await startCluster({ inMemory: true, simulate: false });
  client = connect(cluster.kubeconfig);
});

afterAll(async () => {
  client.close();
  await cluster.stop();
});

const pod = (name: string, container: object) => ({
  metadata: { name },
  spec: { containers: [{ name: 'main', ...container }] },
});

test('a Pod is told what it lacks and what it may not change', async () => {
  const lacking = await client.post(
    `${core}/pods`,
    pod('lacking', { volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
  );
  expect(
    lacking.body.details.causes.map(
      ({ field, reason }: { field: string; reason: string }) => `${reason} ${field}`,
    ),
  ).toEqual([
    'FieldValueRequired spec.containers[0].image',
    'FieldValueNotFound spec.containers[0].volumeMounts[0].name',
  ]);
  await client.post(`${core}/pods`, pod('changed', { image: 'nginx:1' }));
  const image = [{ op: 'replace', path: '/spec/containers/0/image', value: 'nginx:2' }];
  expect((await client.patch(`${core}/pods/changed`, 'application/json-patch+json', image)).code).toBe(200);
  const refused = await client.patch(`${core}/pods/changed`, merge, { spec: { hostNetwork: true } });
  expect(refused.body.message).toContain('pod updates may not change fields other than');
});

test('a Service keeps its addresses', async () => {
  const ports = [{ port: 80 }];
  const { body } = await client.post(`${core}/services`, {
    metadata: { name: 'web' },
    spec: { type: 'NodePort', ports },
  });
  expect(body.spec).toMatchObject({
    clusterIPs: [body.spec.clusterIP],
    ports: [{ protocol: 'TCP', targetPort: 80, nodePort: expect.any(Number) }],
  });
  const again = await client.put(`${core}/services/web`, {
    metadata: { name: 'web' },
    spec: { type: 'NodePort', ports },
  });
  expect(again.body.spec).toEqual(body.spec);
  const moved = await client.patch(`${core}/services/web`, merge, { spec: { clusterIP: '10.96.200.1' } });
  expect(moved.body.message).toContain('may not change once set');
});

test('a Secret takes text and keeps data', async () => {
  const { body } = await client.post(`${core}/secrets`, {
    metadata: { name: 'text' },
    stringData: { key: 'value' },
  });
  expect(body).toMatchObject({ type: 'Opaque', data: { key: 'dmFsdWU=' } });
  expect(body.stringData).toBeUndefined();
  const tls = await client.post(`${core}/secrets`, { metadata: { name: 'tls' }, type: 'kubernetes.io/tls' });
  expect(tls.body.message).toContain('data[tls.crt]: Required value');
});

test('a Secret and a ConfigMap hold a MiB, however it is written', async () => {
  const most = 1024 * 1024;
  const encoded = (size: number) => ({ a: Buffer.alloc(size).toString('base64') });
  const sizes = async (resource: string, of: (size: number) => object) => {
    const send = (size: number) =>
      client.post(`${core}/${resource}?dryRun=All`, { metadata: { name: 'large' }, ...of(size) });
    const [fits, exceeds] = await Promise.all([send(most), send(most + 1)]);
    return [fits.code, exceeds.body.message];
  };
  const why = 'Too long: may not be more than 1048576 bytes';
  const tooLong = (kind: string, field: string) => `${kind} "large" is invalid: ${field}: ${why}`;
  expect(await sizes('secrets', size => ({ data: encoded(size) }))).toEqual([201, tooLong('Secret', 'data')]);
  const ofConfigMap = [201, tooLong('ConfigMap', '[]')];
  expect(await sizes('configmaps', size => ({ binaryData: encoded(size) }))).toEqual(ofConfigMap);
  const accented = (size: number) => ({ data: { a: 'é'.repeat(size / 2) + 'e'.repeat(size % 2) } });
  expect(await sizes('configmaps', accented)).toEqual(ofConfigMap);
});

test('a CSINode need not name its drivers, and Services have their range', async () => {
  const nodes = '/apis/storage.k8s.io/v1/csinodes';
  expect((await client.post(nodes, { metadata: { name: 'bare' }, spec: {} })).code).toBe(201);
  const range = await client.get('/apis/networking.k8s.io/v1/servicecidrs/kubernetes');
  expect(range.body).toMatchObject({
    spec: { cidrs: ['10.96.0.0/16'] },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  });
});

test('versions of one kind are one object', async () => {
  const scaler = {
    metadata: { name: 'web' },
    spec: {
      maxReplicas: 3,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      targetCPUUtilizationPercentage: 60,
    },
  };
  await client.post('/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers', scaler);
  const { body: second } = await client.get(
    '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/web',
  );
  expect(second.spec.metrics).toEqual([
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } },
  ]);
  const event = {
    metadata: { name: 'happened' },
    involvedObject: { kind: 'Pod', name: 'a' },
    message: 'it did',
    reason: 'Because',
    reportingComponent: 'somebody',
    type: 'Normal',
  };
  await client.post(`${core}/events`, event);
  const { body: other } = await client.get('/apis/events.k8s.io/v1/namespaces/default/events/happened');
  expect(other).toMatchObject({
    apiVersion: 'events.k8s.io/v1',
    regarding: { kind: 'Pod', name: 'a' },
    note: 'it did',
  });
  const found = async (path: string, selector: string) => {
    const { code, body } = await client.get(`${path}/events?fieldSelector=${encodeURIComponent(selector)}`);
    return body.items?.length ?? code;
  };
  const events = '/apis/events.k8s.io/v1/namespaces/default';
  expect(await found(core, 'involvedObject.name=a,type=Normal')).toBe(1);
  expect(await found(core, 'source=somebody')).toBe(1);
  expect(await found(events, 'regarding.name=a,reportingController=somebody')).toBe(1);
  expect(await found(events, 'regarding.name=b')).toBe(0);
  expect(await found(events, 'involvedObject.name=a')).toBe(400);
});

test('a definition that is not structural, or whose names are taken, is told so', async () => {
  const definition = (plural: string, kind: string, schema: object) => ({
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  });
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const bad = await client.post(path, definition('as', 'A', { properties: {} }));
  expect(bad.body).toMatchObject({
    code: 422,
    details: { causes: [{ field: 'spec.validation.openAPIV3Schema.type' }] },
  });
  await client.post(path, definition('bs', 'B', { type: 'object' }));
  const { body: taken } = await client.post(path, definition('others', 'B', { type: 'object' }));
  expect(taken.status.conditions[0]).toMatchObject({
    type: 'NamesAccepted',
    status: 'False',
    reason: 'KindConflict',
  });
  expect((await client.get('/apis/example.com/v1/others')).code).toBe(404);
});
