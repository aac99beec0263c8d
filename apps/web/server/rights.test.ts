import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FleetOfTwo, startFleetOfTwo } from '../testing/fleet-of-two.ts';
import { may, untilForbidden } from './rights.ts';

const log = { verb: 'get', group: '', resource: 'pods', subresource: 'log' };
const forever = new AbortController().signal;

let fleet: FleetOfTwo;

beforeAll(async () => {
  fleet = await startFleetOfTwo();
});

afterAll(() => fleet?.stop());

test('the cluster says what somebody may, and what has begun ends when they may not any more', async () => {
  const ruby = { client: fleet.client, as: { user: 'ruby', groups: ['team-red'] } };
  expect(await may(ruby, { ...log, namespace: 'red' }, forever)).toBe(true);
  expect(await may(ruby, { ...log, namespace: 'blue' }, forever)).toBe(false);
  const following = untilForbidden(ruby, { ...log, namespace: 'red' }, forever, 20);
  // It is asked several times meanwhile: that nothing happens cannot be waited for.
  await new Promise(resolve => setTimeout(resolve, 100));
  expect(following.aborted).toBe(false);
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    namespace: 'red',
    name: 'team',
  };
  await fleet.client.delete(binding, { as: 'own' });
  await expect.poll(() => following.aborted).toBe(true);
});
