import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Body } from '../testing/client.ts';
import { conformanceSubject, freshNamespace, type Subject } from '../testing/conformance.ts';
import { until } from '../testing/until.ts';

let subject: Subject;
let here: string;
let there: string;

beforeAll(async () => {
  subject = await conformanceSubject();
  here = `/api/v1/namespaces/${await freshNamespace(subject.client)}`;
  there = `/api/v1/namespaces/${await freshNamespace(subject.client)}`;
});

afterAll(async () => {
  for (const path of [here, there]) await subject.client.delete(path);
  await subject.stop();
});

async function create(at: string, name: string, ...ownerReferences: object[]): Promise<Body> {
  const { body } = await subject.client.post(`${at}/configmaps`, { metadata: { name, ownerReferences } });
  return body.metadata;
}

const reference = ({ name, uid }: Body, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name,
  uid,
  ...more,
});
const names = (body: Body): string[] => body.items.map(({ metadata }: Body) => metadata.name);
const gone = (at: string, name: string) =>
  until(subject.client, `${at}/configmaps?limit=500`, body => !names(body).includes(name));

test('an owner in another namespace is none, and it is told', async () => {
  const owner = await create(there, 'owner');
  await create(here, 'child', reference(owner));
  await gone(here, 'child');
  const events = await until(
    subject.client,
    `${here}/events?fieldSelector=reason%3DOwnerRefInvalidNamespace`,
    ({ items }) => items.length > 0,
  );
  const namespace = here.split('/').at(-1);
  expect(events.items[0]).toMatchObject({
    type: 'Warning',
    message: `ownerRef [v1/ConfigMap, namespace: ${namespace}, name: owner, uid: ${owner.uid}] does not exist in namespace "${namespace}"`,
    source: { component: 'garbage-collector-controller' },
  });
});

test('what is cluster-wide is kept though its owner is in a namespace', async () => {
  const owner = await create(here, 'keeper');
  const classes = '/apis/scheduling.k8s.io/v1/priorityclasses';
  const name = `kept-${here.split('/').at(-1)}`;
  await subject.client.post(classes, {
    metadata: { name, ownerReferences: [reference(owner)] },
    value: 1,
  });
  // What comes after it is collected, so it has been looked at.
  await create(here, 'later', reference({ name: 'nobody', uid: 'b2c7a1f0-0000-4000-8000-000000000000' }));
  await gone(here, 'later');
  expect((await subject.client.get(`${classes}/${name}`)).code).toBe(200);
  await subject.client.delete(`${classes}/${name}`);
});

test('an owner of a kind that is unknown may exist', async () => {
  const stranger = { apiVersion: 'example.com/v1', kind: 'Stranger', name: 'x', uid: 'a' };
  await create(here, 'patient', stranger);
  await create(here, 'after', reference({ name: 'nobody', uid: 'b2c7a1f0-0000-4000-8000-000000000001' }));
  await gone(here, 'after');
  expect((await subject.client.get(`${here}/configmaps/patient`)).code).toBe(200);
});

test('objects that own each other in a circle go together', async () => {
  const { client } = subject;
  const made = [await create(here, 'a'), await create(here, 'b'), await create(here, 'c')];
  for (const [i, { name }] of made.entries()) {
    const owner = reference(made[(i + 2) % 3]!, { controller: true, blockOwnerDeletion: true });
    const patch = { metadata: { ownerReferences: [owner] } };
    await client.patch(`${here}/configmaps/${name}`, 'application/merge-patch+json', patch);
  }
  await client.send('DELETE', `${here}/configmaps/a`, { propagationPolicy: 'Foreground' });
  for (const { name } of made) await gone(here, name);
});

test('the Pods of a namespace go before anything else', async () => {
  const { client } = subject;
  const path = `/api/v1/namespaces/${await freshNamespace(client)}`;
  await client.post(`${path}/configmaps`, { metadata: { name: 'used' } });
  await client.post(`${path}/pods`, {
    metadata: { name: 'user', finalizers: ['example.com/hold'] },
    spec: { containers: [{ name: 'main', image: 'nginx' }], terminationGracePeriodSeconds: 0 },
  });
  await client.delete(path);
  const held = await until(client, path, ({ status }) =>
    status.conditions?.some(({ type }: Body) => type === 'NamespaceContentRemaining'),
  );
  expect(held.status.conditions).toContainEqual(
    expect.objectContaining({ reason: 'ContentRemoved', message: 'All content successfully removed' }),
  );
  expect((await client.get(`${path}/pods/user`)).body.metadata).toHaveProperty('deletionTimestamp');
  expect((await client.get(`${path}/configmaps/used`)).code).toBe(200);
  await client.patch(`${path}/pods/user`, 'application/merge-patch+json', { metadata: { finalizers: null } });
  await until(
    client,
    `/api/v1/namespaces?fieldSelector=metadata.name%3D${path.split('/').at(-1)}`,
    list => list.items.length === 0,
  );
});

test('a namespace says what keeps it', async () => {
  const { body } = await subject.client.post('/api/v1/namespaces', {
    metadata: { generateName: 'conformance-' },
  });
  const path = `/api/v1/namespaces/${body.metadata.name}`;
  await subject.client.post(`${path}/configmaps`, {
    metadata: { name: 'held', finalizers: ['example.com/hold'] },
  });
  await subject.client.delete(path);
  const held = await until(subject.client, path, ({ status }) =>
    status.conditions?.some(({ type }: Body) => type === 'NamespaceFinalizersRemaining'),
  );
  const conditions = held.status.conditions.map(({ type, status, reason, message }: Body) => ({
    type,
    status,
    reason,
    message,
  }));
  expect(conditions).toMatchSnapshot();
  await subject.client.patch(`${path}/configmaps/held`, 'application/merge-patch+json', {
    metadata: { finalizers: null },
  });
  await until(
    subject.client,
    `/api/v1/namespaces?fieldSelector=metadata.name%3D${body.metadata.name}`,
    list => list.items.length === 0,
  );
});
