import { type Cluster, startCluster } from '@millrace/cluster';
import { type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import { acquireLease } from '@millrace/process';
import { afterAll, beforeAll, expect, test } from 'vitest';

let cluster: Cluster;
let client: KubeClient;
beforeAll(async () => {
  cluster = await startCluster({ inMemory: true });
  client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
});
afterAll(async () => {
  await client.close();
  await cluster.stop();
});

const options = (name: string) => ({
  name,
  namespace: 'default',
  leaseDuration: 600,
  renewDeadline: 400,
  retryPeriod: 50,
  releaseOnCancel: true,
});
const forever = new AbortController().signal;

test('one leads, and the next as soon as the first gives the lease back', async () => {
  const first = await acquireLease(client, options('handover'), forever);
  let order = '';
  const second = acquireLease(client, options('handover'), forever).then(lease => {
    order += ' second';
    return lease;
  });
  await new Promise(resolve => setTimeout(resolve, 900)); // longer than the lease lasts: it is renewed
  expect(order).toBe('');
  order += 'released';
  await first.release();
  await (await second).release();
  expect(order).toBe('released second');
});

test('who waits is told when the lease is given back, and does not look for it', async () => {
  const patient = { ...options('told'), leaseDuration: 60_000, renewDeadline: 50_000, retryPeriod: 40_000 };
  const first = await acquireLease(client, patient, forever);
  const second = acquireLease(client, patient, forever);
  // Long enough for the second to find the lease taken: a lease that is given back before would tell nobody anything.
  await new Promise(resolve => setTimeout(resolve, 200));
  await first.release();
  await (await second).release();
});

test('a leader that is silent is followed after the duration of the lease', async () => {
  const spec = {
    holderIdentity: 'somebody who was killed',
    leaseDurationSeconds: 1,
    acquireTime: '2020-01-01T00:00:00.000000Z',
    renewTime: '2020-01-01T00:00:00.000000Z',
    leaseTransitions: 4,
  };
  const metadata = { name: 'silent', namespace: 'default' };
  await client.create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec }, { as: 'own' });
  const lease = await acquireLease(client, options('silent'), forever);
  const ref = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', ...metadata };
  expect((await client.get(ref, { as: 'own' })).spec).toMatchObject({ leaseTransitions: 5 });
  await lease.release();
  expect((await client.get(ref, { as: 'own' })).spec).toMatchObject({ holderIdentity: '' });
});

test('who finds somebody else in the lease has lost it', async () => {
  const lease = await acquireLease(client, options('stolen'), forever);
  const ref = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: 'default', name: 'stolen' };
  const lost = new Promise(resolve => lease.lost.addEventListener('abort', resolve));
  await client.patch(ref, 'merge', { spec: { holderIdentity: 'thief' } }, { as: 'own' });
  await lost;
  await lease.release();
  expect((await client.get(ref, { as: 'own' })).spec).toMatchObject({ holderIdentity: 'thief' });
});

test('waiting for the lease ends with the signal', async () => {
  const lease = await acquireLease(client, options('held'), forever);
  const stop = new AbortController();
  const waiting = acquireLease(client, options('held'), stop.signal);
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await lease.release();
});
