import { readFileSync } from 'node:fs';
import { apiVersionOfKind, customResourceDefinition, type Kind, kinds } from '@millrace/api';
import { type Cluster, startCluster } from '@millrace/cluster';
import type { JsonObject } from '@millrace/json';
import { delay, type KubeClient, type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fieldsOf, impossible, specWith } from './fields.ts';

const given = process.env.MILLRACE_E2E_KUBECONFIG;

/** What nobody can write: in the embedded cluster, and with MILLRACE_E2E_KUBECONFIG in that one. */
describe('what a field cannot have is refused by its name:', () => {
  let cluster: Cluster | undefined;
  let client: KubeClient;
  beforeAll(async () => {
    cluster = given ? undefined : await startCluster({ inMemory: true, simulate: false });
    const text = cluster?.kubeconfig ?? readFileSync(given!, 'utf8');
    client = kubeClient(loadConnection({ text }));
    for (const kind of kinds) {
      await client.apply(customResourceDefinition(kind), { as: 'own', fieldManager: 'e2e', force: true });
      const isServed = () => {
        client.discovery.invalidate();
        return client.list(apiVersionOfKind(kind), kind.kind, { namespace: 'default', as: 'own' }).then(
          () => true,
          () => false,
        );
      };
      while (!(await isServed())) await delay(50); // a kube-apiserver serves new kinds a while later
    }
  });
  afterAll(async () => {
    await client.close();
    await cluster?.stop();
  });

  const refusalOf = async (kind: Kind, spec: JsonObject): Promise<string> => {
    const metadata = { name: 'x', namespace: 'default' };
    const object: KubeObject = { apiVersion: apiVersionOfKind(kind), kind: kind.kind, metadata, spec };
    const created = client.create(object, { as: 'own', dryRun: true });
    return created.then(
      () => 'nothing was refused',
      error => String((error as Error).message),
    );
  };

  test.each(kinds.map(kind => [kind.kind, kind] as const))('%s', async (_, kind) => {
    for (const { path, schema } of fieldsOf(kind)) {
      const value = impossible(schema);
      if (value === undefined) continue;
      const named = `spec${path}`.replaceAll('[]', '[0]');
      expect(await refusalOf(kind, specWith(path, value)), named).toContain(named);
    }
  });
});
