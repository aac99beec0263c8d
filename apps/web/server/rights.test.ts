import { expect, test } from 'vitest';
import { type FleetOfTwo, startFleetOfTwo } from '../testing/fleet-of-two.ts';
import { may, untilForbidden } from './rights.ts';

const log = { verb: 'get', group: '', resource: 'pods', subresource: 'log' };
const forever = new AbortController().signal;
const member = ({ client }: FleetOfTwo) => ({ client, as: { user: 'ruby', groups: ['team-red'] } });

test('the cluster says what somebody may, and what has begun ends when they may not any more', async () => {
  await using stand = await disposable();
  const ruby = member(stand.fleet);
  expect(await may(ruby, { ...log, namespace: 'red' }, forever)).toBe(true);
  expect(await may(ruby, { ...log, namespace: 'blue' }, forever)).toBe(false);
  const following = untilForbidden(ruby, { ...log, namespace: 'red' }, forever, 20);
  await new Promise(resolve => setTimeout(resolve, 100));
  expect(following.aborted).toBe(false);
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    namespace: 'red',
    name: 'team',
  };
  await stand.fleet.client.delete(binding, { as: 'own' });
  await expect.poll(() => following.aborted).toBe(true);
});

async function disposable() {
  const fleet = await startFleetOfTwo();
  return { fleet, [Symbol.asyncDispose]: () => fleet.stop() };
}
