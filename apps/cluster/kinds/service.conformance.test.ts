import { afterAll, beforeAll, expect, test } from 'vitest';
import { conformanceSubject, freshNamespace, type Subject } from '../testing/conformance.ts';

let subject: Subject;
let path: string;
const merge = 'application/merge-patch+json';

beforeAll(async () => {
  subject = await conformanceSubject();
  path = `/api/v1/namespaces/${await freshNamespace(subject.client)}/services`;
});

afterAll(async () => {
  await subject.client.delete(path.replace(/\/services$/, ''));
  await subject.stop();
});

const service = (spec: object, name = 'a') => ({
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
});
const balanced = (more: object) => ({ type: 'LoadBalancer', ...more });
const two = (a: object, b: object) => ({
  ports: [
    { name: 'a', port: 80, ...a },
    { name: 'b', port: 81, ...b },
  ],
});

test.each([
  { type: 'NodePort', ...two({ nodePort: 30001 }, { nodePort: 30001 }) },
  { clusterIP: '10.1.2.3' },
  { clusterIP: 'None', type: 'NodePort' },
  { clusterIP: 'None', type: 'LoadBalancer' },
  { type: 'ExternalName', externalName: 'a b' },
  { type: 'ExternalName', externalName: 'a.b', clusterIP: 'None' },
  { ipFamilyPolicy: 'RequireDualStack' },
  { ipFamilyPolicy: 'X' },
  { ipFamilies: ['IPv6'] },
  { ipFamilies: ['IPv4', 'IPv6'] },
  { ipFamilies: ['IPvX'] },
  { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 0 } } },
  { externalTrafficPolicy: 'Local' },
  balanced({ externalTrafficPolicy: 'Foo' }),
  { loadBalancerClass: 'a/b' },
  { allocateLoadBalancerNodePorts: false },
  { loadBalancerSourceRanges: ['10.0.0.0/8'] },
  balanced({ loadBalancerSourceRanges: ['foo'] }),
  { externalIPs: ['foo'] },
  { externalIPs: ['127.0.0.1'] },
  { internalTrafficPolicy: 'X' },
  { trafficDistribution: 'X' },
  { healthCheckNodePort: 30500 },
  { selector: { 'a b': 'c' } },
  { ports: [{ port: 80, appProtocol: 'a b' }] },
])('a Service with %j is refused', async spec => {
  const { code, body } = await subject.client.post(`${path}?dryRun=All`, service(spec));
  expect(code).toBe(422);
  expect(body.details.causes).toMatchSnapshot();
});

test('a Service without an address of its own is of both families where it selects nothing', async () => {
  const headless = service({ ports: undefined, clusterIP: 'None' });
  const { body } = await subject.client.post(`${path}?dryRun=All`, headless);
  expect(body.spec).toMatchObject({ ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' });
});

test('addresses and ports of nodes belong to one Service', async () => {
  const first = await subject.client.post(path, service({ type: 'NodePort' }, 'first'));
  const { clusterIP, ports } = first.body.spec;
  const { nodePort } = ports[0];
  const port = await subject.client.post(
    path,
    service({ type: 'NodePort', ports: [{ port: 80, nodePort }] }),
  );
  expect(port.body.details.causes).toEqual([
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${nodePort}: provided port is already allocated`,
      field: 'spec.ports[0].nodePort',
    },
  ]);
  const address = await subject.client.post(path, service({ clusterIP }));
  expect(address.body.details.causes).toEqual([
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ["${clusterIP}"]: failed to allocate IP ${clusterIP}: provided IP is already allocated`,
      field: 'spec.clusterIPs',
    },
  ]);
  const outside = await subject.client.post(
    path,
    service({ type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] }),
  );
  expect(outside.body.details.causes[0].message).toBe(
    'Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
  );
});

test('what a type alone has goes with the type', async () => {
  const local = { type: 'LoadBalancer', externalTrafficPolicy: 'Local' };
  const created = await subject.client.post(path, service(local, 'changing'));
  const { nodePort } = created.body.spec.ports[0];
  expect(created.body.spec.healthCheckNodePort).toBeGreaterThan(0);
  const own = `${path}/changing`;
  const moved = await subject.client.patch(own, merge, { spec: { ports: [{ port: 90 }] } });
  expect(moved.body.spec.ports[0]).toMatchObject({ port: 90, nodePort });
  const inside = await subject.client.patch(own, merge, { spec: { type: 'ClusterIP' } });
  expect(Object.keys(inside.body.spec).sort()).toEqual(
    [
      'clusterIP',
      'clusterIPs',
      'internalTrafficPolicy',
      'ipFamilies',
      'ipFamilyPolicy',
      'ports',
      'sessionAffinity',
      'type',
    ].sort(),
  );
  expect(inside.body.spec.ports[0].nodePort).toBeUndefined();
  const named = await subject.client.patch(own, merge, {
    spec: { type: 'ExternalName', externalName: 'example.com' },
  });
  expect(Object.keys(named.body.spec).sort()).toEqual(['externalName', 'ports', 'sessionAffinity', 'type']);
});
