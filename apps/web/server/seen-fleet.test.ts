import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Row } from '../model/row.ts';
import { type FleetOfTwo, kustomizationIn, startFleetOfTwo } from '../testing/fleet-of-two.ts';
import { type Fleet, ownWatches, watchFleet } from './fleet.ts';
import { type SeenFleet, seenBy } from './seen-fleet.ts';

let stand: FleetOfTwo;
let fleet: Fleet;
let end: AbortController;

beforeAll(async () => {
  stand = await startFleetOfTwo();
  fleet = watchFleet(ownWatches(stand.client));
  await fleet.ready();
});

afterAll(async () => {
  fleet?.stop();
  await stand?.stop();
});

beforeEach(() => {
  end = new AbortController();
  return () => end.abort();
});

const viewer = (user: string, ...groups: string[]) => ({ client: stand.client, as: { user, groups } });
const keys = (rows: Row[]) => rows.map(({ key }) => key).sort();
const rbac = 'rbac.authorization.k8s.io';
const roleRef = { apiGroup: rbac, kind: 'ClusterRole', name: 'flux' };
const binding = (namespace: string, group: string) => ({
  apiVersion: `${rbac}/v1`,
  kind: 'RoleBinding',
  metadata: { name: group, namespace },
  roleRef,
  subjects: [{ apiGroup: rbac, kind: 'Group', name: group }],
});

/** What is told, in the order in which it is. */
function listen({ subscribe }: SeenFleet) {
  const told: string[] = [];
  subscribe({ row: ([key, row]) => told.push(`${row ? '+' : '-'}${key}`), happened() {} });
  return told;
}

test('whoever may list everywhere sees all', async () => {
  const seen = await seenBy(viewer('root', 'system:masters'), fleet, { signal: end.signal, onLost() {} });
  expect(keys(seen.rows())).toEqual(['Kustomization/blue/app', 'Kustomization/red/app']);
  expect(seen.partial).toBe(false);
});

test('whoever may nothing sees nothing', async () => {
  const seen = await seenBy(viewer('nobody'), fleet, { signal: end.signal, onLost() {} });
  expect(seen.rows()).toEqual([]);
  expect(seen.partial).toBe(true);
});

test('rows come and go with the right to see them, while one looks', async () => {
  const seen = await seenBy(viewer('gus', 'guests'), fleet, { signal: end.signal, onLost() {}, every: 30 });
  const told = listen(seen);
  await stand.put(binding('blue', 'guests'));
  await expect.poll(() => told).toEqual(['+Kustomization/blue/app']);
  const { metadata, ...ref } = binding('blue', 'guests');
  await stand.client.delete({ ...ref, ...metadata }, { as: 'own' });
  await expect.poll(() => told).toEqual(['+Kustomization/blue/app', '-Kustomization/blue/app']);
  expect(seen.rows()).toEqual([]);
});

test('whoever may get one object by its name sees its row, and no other one', async () => {
  const role = {
    apiVersion: `${rbac}/v1`,
    kind: 'Role',
    metadata: { name: 'one', namespace: 'red' },
    rules: [
      {
        apiGroups: ['kustomize.toolkit.fluxcd.io'],
        resources: ['kustomizations'],
        resourceNames: ['one', 'other'],
        verbs: ['get'],
      },
    ],
  };
  await stand.put(role);
  await stand.put({ ...binding('red', 'of-one'), roleRef: { ...roleRef, kind: 'Role', name: 'one' } });
  await stand.put(kustomizationIn('red', 'one'));
  await expect.poll(() => keys(fleet.rows())).toContain('Kustomization/red/one');
  const seen = await seenBy(viewer('otto', 'of-one'), fleet, { signal: end.signal, onLost() {} });
  expect(keys(seen.rows())).toEqual(['Kustomization/red/one']);
  const told = listen(seen);
  for (const name of ['unnamed', 'other']) await stand.put(kustomizationIn('red', name));
  await expect.poll(() => told).toEqual(['+Kustomization/red/other']);
  for (const name of ['one', 'unnamed', 'other'])
    await stand.client.delete({ ...kustomizationIn('red', name), namespace: 'red', name }, { as: 'own' });
  await expect.poll(() => told.filter(one => one.startsWith('-'))).toHaveLength(2);
  expect(told.join()).not.toContain('unnamed');
});

test('rows of a namespace that is new are told once the cluster has said that they may be', async () => {
  const seen = await seenBy(viewer('ruby', 'team-new'), fleet, { signal: end.signal, onLost() {} });
  const told = listen(seen);
  for (const namespace of ['new', 'other'])
    await stand.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await stand.put(binding('new', 'team-new'));
  await stand.put(kustomizationIn('other', 'app'));
  await stand.put(kustomizationIn('new', 'app'));
  await expect.poll(() => told).toContain('+Kustomization/new/app');
  expect(told.join()).not.toContain('other');
  await stand.client.delete(
    { ...kustomizationIn('new', 'app'), namespace: 'new', name: 'app' },
    { as: 'own' },
  );
  await expect.poll(() => told).toContain('-Kustomization/new/app');
});

test('a cluster that cannot be asked any more ends it: rights may have been taken since', async () => {
  let isLost = false;
  const lost = () => {
    isLost = true;
  };
  const broken = { ...stand.client, create: stand.client.create };
  const someone = { client: broken, as: { user: 'ruby', groups: ['team-red'] } };
  const seen = await seenBy(someone, fleet, { signal: end.signal, onLost: lost, every: 20 });
  expect(keys(seen.rows())).toEqual(['Kustomization/red/app']);
  broken.create = () => Promise.reject(new Error('away'));
  await expect.poll(() => isLost).toBe(true);
});

test('a cluster that cannot be asked shows nothing', async () => {
  const client = { ...stand.client, create: () => Promise.reject(new Error('away')) };
  const someone = { client, as: { user: 'ruby', groups: ['team-red'] } };
  await expect(seenBy(someone, fleet, { signal: end.signal, onLost() {} })).rejects.toThrow('away');
});

describe('what happens', () => {
  const watcher = {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'watcher' },
    rules: [{ apiGroups: [''], resources: ['events'], verbs: ['list'] }],
  };
  const whoseHappenings = ({ happenings }: SeenFleet) => [...happenings()].map(({ key }) => key);

  test('is told to whoever may see the object and its events', async () => {
    const member = await seenBy(viewer('ruby', 'team-red'), fleet, { signal: end.signal, onLost() {} });
    expect(whoseHappenings(member)).toEqual(['Kustomization/red/app']);
  });

  test('is not told to whoever may see one of both', async () => {
    await stand.put(watcher);
    await stand.put({ ...binding('red', 'watchers'), roleRef: { ...roleRef, name: 'watcher' } });
    await stand.put(binding('blue', 'watchers'));
    const seen = await seenBy(viewer('wes', 'watchers'), fleet, { signal: end.signal, onLost() {} });
    expect(keys(seen.rows())).toEqual(['Kustomization/blue/app']);
    expect(whoseHappenings(seen)).toEqual([]);
  });

  test('that something was put back is told with the events that tell it', async () => {
    const drift = { at: '2026-01-01T00:00:00Z', what: 'Deployment/red/secret-name configured' };
    const rows = fleet.rows().map(row => ({ ...row, drift }));
    const drifted = { ...fleet, rows: () => rows };
    const options = { signal: end.signal, onLost() {} };
    const of = async (who: string) => (await seenBy(viewer(who, who), drifted, options)).rows();
    expect(await of('team-red')).toMatchObject([{ namespace: 'red', drift }]);
    await stand.put(binding('red', 'no-events'));
    expect((await of('no-events')).map(row => row.drift)).toEqual([undefined]);
  });
});
