import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Body } from '../../testing/client.ts';
import { conformanceSubject, freshNamespace, type Subject } from '../../testing/conformance.ts';
import { until } from '../../testing/until.ts';

let subject: Subject;
let core: string;
let apps: string;
const merge = 'application/merge-patch+json';

beforeAll(async () => {
  subject = await conformanceSubject();
  core = `/api/v1/namespaces/${await freshNamespace(subject.client)}`;
  apps = core.replace('/api/v1', '/apis/apps/v1');
});

afterAll(async () => {
  await subject.client.delete(core);
  await subject.stop();
});

const spec = (app: string, replicas: number) => ({
  replicas,
  selector: { matchLabels: { app } },
  template: {
    metadata: { labels: { app } },
    spec: { automountServiceAccountToken: false, containers: [{ name: 'main', image: 'nginx' }] },
  },
});
const pods = (app: string, isRight: (items: Body[]) => boolean) =>
  until(subject.client, `${core}/pods?labelSelector=app%3D${app}`, ({ items }) => isRight(items));
const ownerOf = ({ metadata }: Body) => metadata.ownerReferences?.[0]?.uid;

test('a Pod that gets another label is let go and replaced', async () => {
  const { body } = await subject.client.post(`${apps}/replicasets`, {
    metadata: { name: 'looked-at' },
    spec: spec('looked-at', 2),
  });
  const { uid } = body.metadata;
  const { items } = await pods('looked-at', all => all.length === 2);
  const { name } = items[0].metadata;
  await subject.client.patch(`${core}/pods/${name}`, merge, { metadata: { labels: { app: 'odd' } } });
  const after = await pods('looked-at', all => all.length === 2 && all.every(pod => ownerOf(pod) === uid));
  expect(after.items.map(({ metadata }: Body) => metadata.name)).not.toContain(name);
  await pods('odd', ([pod]) => ownerOf(pod) === undefined);
  // And back again, which makes one too many.
  await subject.client.patch(`${core}/pods/${name}`, merge, { metadata: { labels: { app: 'looked-at' } } });
  await pods('looked-at', all => all.filter(pod => !pod.metadata.deletionTimestamp).length === 2);
});

test.each(['deployments', 'statefulsets'])(
  'what was left by %s goes on under the next one',
  async resource => {
    const object = { metadata: { name: resource }, spec: spec(resource, 1) };
    const first = await subject.client.post(`${apps}/${resource}`, object);
    const before = await pods(resource, all => all.length === 1);
    const dependents = resource === 'deployments' ? `${apps}/replicasets` : `${core}/pods`;
    const select = `${dependents}?labelSelector=app%3D${resource}`;
    await subject.client.delete(`${apps}/${resource}/${resource}?propagationPolicy=Orphan`);
    await until(subject.client, select, ({ items }) => items.length === 1 && !ownerOf(items[0]));
    const second = await subject.client.post(`${apps}/${resource}`, object);
    const { uid } = second.body.metadata;
    expect(uid).not.toBe(first.body.metadata.uid);
    const adopted = await until(subject.client, select, ({ items }) => ownerOf(items[0]) === uid);
    expect(adopted.items).toHaveLength(1);
    const after = await pods(resource, all => all.length === 1);
    expect(after.items[0].metadata.uid).toBe(before.items[0].metadata.uid);
  },
);
