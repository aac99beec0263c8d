import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readyOf } from '../system.ts';
import { attempts } from './attempts.ts';
import { startTenants, type Tenants } from './tenants.ts';

/** What multi-tenancy lockdown promises: https://fluxcd.io/flux/installation/configuration/multitenancy/ */
describe('a tenant cannot get out of its namespace by', () => {
  let tenants: Tenants;
  beforeAll(async () => {
    tenants = await startTenants();
    await Promise.all(attempts.map((attempt, i) => tenants.attempt(attempt, `attempt-${i}`)));
  });
  afterAll(() => tenants.system.stop());

  test.each(attempts.map((attempt, i) => [attempt.what, attempt, `attempt-${i}`] as const))(
    '%s',
    async (_, attempt, name) => {
      const object = await tenants.answered(attempt, name);
      for (const part of attempt.message(tenants)) expect(readyOf(object)?.message).toContain(part);
      expect(JSON.stringify(object.status)).not.toContain('gold');
    },
  );

  test('any of these ways: nothing of it has come about', async () => {
    const { system, victim } = tenants;
    const missing = async (apiVersion: string, kind: string, name: string, namespace?: string) => {
      const ref = { apiVersion, kind, name, ...(namespace ? { namespace } : {}) };
      expect(await system.get(ref)).toBeUndefined();
    };
    for (const name of ['planted', 'app', 'chart']) await missing('v1', 'ConfigMap', name, victim);
    await missing('v1', 'Namespace', 'planted');
    await missing('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'planted');
    await missing('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'planted', 'flux-system');
  });
});
