import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KubeClient, type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OwnFleet, ownFleet } from './own-fleet.ts';
import { millrace, type Running } from './process.ts';
import { configMap } from './system.ts';

/** For tests that start the program several times: each start takes seconds on a busy machine. */
const patience = 180_000;

describe("a team's own fleet", () => {
  let own: OwnFleet;
  beforeAll(async () => {
    own = await ownFleet();
  });
  afterAll(() => own.remove());

  async function inCluster<T>(running: Running, use: (client: KubeClient) => Promise<T>): Promise<T> {
    const client = kubeClient(loadConnection({ path: (await running.saw(/export KUBECONFIG=(\S+)/))[1]! }));
    return use(client).finally(() => client.close());
  }
  const valueIn = async (client: KubeClient) =>
    (
      (await client.get(
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          namespace: 'default',
          name: 'app',
        },
        { as: 'own' },
      )) as KubeObject & { data: { value: string } }
    ).data.value;

  test('passes in CI, without a branch, its remotes far away', async () => {
    await own.run('checkout', '--quiet', '--detach');
    const running = own.up('--once', '--in-memory');
    expect(await running.ended, running.output()).toBe(0);
    expect(running.output()).toMatch(/4 sources and Kustomizations are ready/);
    await own.run('checkout', '--quiet', 'topic');
  });

  test('fails in CI with a table of what and why', async () => {
    await own.commit({
      'apps/app.yaml': configMap('app', 'one', 'no-such-namespace').replace(
        'kind: ConfigMap',
        'kind: Configmap',
      ),
    });
    const running = own.up('--once', '--in-memory');
    expect(await running.ended).toBe(1);
    expect(running.output()).toMatch(
      /✗ not everything is ready:\n +Kustomization\/flux-system\/apps +ReconciliationFailed: Configmap\/default\/app dry-run failed: no matches for kind "Configmap"/,
    );
    await own.commit({ 'apps/app.yaml': configMap('app', 'one') });
  });

  test('follows each commit at once', async () => {
    const running = own.up();
    await inCluster(running, async client => {
      expect(await valueIn(client)).toBe('one');
      await own.commit({ 'apps/app.yaml': configMap('app', 'two') });
      await expect.poll(() => valueIn(client), { timeout: 5000 }).toBe('two');
      await own.write({ 'apps/app.yaml': configMap('app', 'saved, not committed') });
      await own.commit({ 'apps/other.yaml': configMap('other', 'x') });
    });
    await running.stop();
  });

  test('follows each saved file with --dirty, and leaves the checkout as it is', async () => {
    const running = own.up('--dirty');
    await inCluster(running, async client => {
      await own.write({ 'apps/app.yaml': configMap('app', 'only saved') });
      await expect.poll(() => valueIn(client), { timeout: 5000 }).toBe('only saved');
    });
    await running.stop();
    expect(await own.run('status', '--short')).toBe('M apps/app.yaml');
    expect(await own.run('log', '--format=%s', '-1')).toBe('Change');
  });

  test(
    'the sample fleet is ready at the first start, and at every further one',
    async () => {
      const state = join(own.folder, 'sample');
      for (let i = 0; i < 3; i++) {
        const running = millrace(['up', '--once', '--data-dir', state]);
        expect(await running.ended, running.output()).toBe(0);
        expect(running.output()).toMatch(/✔ 7 sources and Kustomizations are ready, and 3 more objects/);
      }
    },
    patience,
  );

  test.each([
    [['up', '/no/such/folder'], /✗ \/no\/such\/folder does not exist/],
    [['up', tmpdir()], /✗ .* is no Git checkout/],
  ])('%j is refused', async (args, words) => {
    const running = millrace([...args, '--data-dir', join(own.folder, 'refused')]);
    expect(await running.ended).toBe(1);
    expect(running.output()).toMatch(words);
  });

  test(
    'takes --path from the folder that was named',
    async () => {
      const args = ['--once', '--in-memory', '--data-dir', join(own.folder, 'named')];
      const running = millrace(['up', join(own.checkout, 'clusters/staging'), '--path', '.', ...args]);
      expect(await running.ended, running.output()).toBe(0);
      const missing = millrace(['up', join(own.checkout, 'clusters'), '--path', 'apps', ...args]);
      expect(await missing.ended).toBe(1);
      expect(missing.output()).toMatch(/✗ the fleet has no folder clusters\/apps/);
    },
    patience,
  );
});
