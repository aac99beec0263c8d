import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubeClient, loadConnection } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fleetFiles, type OwnFleet, ownFleet } from './own-fleet.ts';
import { millrace } from './process.ts';

describe("a team's own fleet, in odd circumstances", () => {
  let own: OwnFleet;
  beforeAll(async () => {
    own = await ownFleet();
  });
  afterAll(() => own.remove());

  test('applies what the cluster has and Git has not before the fleet begins', async () => {
    const using = fleetFiles['clusters/staging/apps.yaml']!.replace(
      'spec:\n  interval: 10m0s\n  path: ./apps',
      'spec:\n  interval: 10m0s\n  postBuild: {substituteFrom: [{kind: Secret, name: settings}]}\n  path: ./apps',
    );
    await own.commit({ 'clusters/staging/apps.yaml': using });
    const without = own.up('--once', '--in-memory');
    expect(await without.ended).toBe(1);
    expect(without.output()).toContain("substitute from 'Secret/settings' error");
    const metadata = '{name: settings, namespace: flux-system}';
    const file = join(own.folder, 'settings.yaml');
    await writeFile(file, `apiVersion: v1\nkind: Secret\nmetadata: ${metadata}\nstringData: {one: a}\n`);
    const running = own.up('--once', '--in-memory', '--with', file);
    expect(await running.ended, running.output()).toBe(0);
    await own.commit({ 'clusters/staging/apps.yaml': fleetFiles['clusters/staging/apps.yaml']! });
  });

  test('says at once what this version does not reconcile', async () => {
    const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: rockets.launch.toolkit.fluxcd.io}
spec:
  group: launch.toolkit.fluxcd.io
  names: {kind: Rocket, plural: rockets}
  scope: Namespaced
  versions:
    - {name: v9, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
`;
    const rocket = (name: string) =>
      `apiVersion: launch.toolkit.fluxcd.io/v9\nkind: Rocket\nmetadata: {name: ${name}, namespace: default}\n`;
    await own.commit({ 'apps/web.yaml': [definition, rocket('web'), rocket('api')].join('---\n') });
    const running = own.up('--once', '--in-memory');
    expect(await running.ended).toBe(1);
    expect(running.output()).toMatch(
      /✗ Rocket is not reconciled by this version of Millrace: Rocket\/default\/(api|web), /,
    );
    expect(running.output()).toMatch(/not everything is ready:\n +Rocket\/default\/\w+ +NotReconciled/);
    expect(running.output()).not.toMatch(/are ready/);
    await own.run('rm', '--quiet', 'apps/web.yaml');
    await own.run('commit', '--quiet', '--message', 'Without');
  });

  test('lets nothing of a repository rule the terminal', async () => {
    await own.run('commit', '--quiet', '--allow-empty', '--message', 'Sub\u001b]0;title\u0007ject\u001b[2J');
    const running = own.up('--once', '--in-memory');
    expect(await running.ended, running.output()).toBe(0);
    expect(running.output()).toMatch(/fetched commit 'Sub.*ject'/);
    expect(running.output()).not.toMatch(/[\u001b\u0007]/);
  });

  test.each([0o000, 0o022])(
    'keeps its state from others under umask %o, and starts from what is damaged',
    async mask => {
      const state = join(own.folder, `private-${mask}`);
      await mkdir(state, { mode: 0o777 });
      const start = async () => {
        const before = process.umask(mask);
        const running = millrace([
          'up',
          own.checkout,
          '--path',
          'clusters/staging',
          '--once',
          '--data-dir',
          state,
        ]);
        process.umask(before);
        expect(await running.ended, running.output()).toBe(0);
      };
      await start();
      const open: string[] = [];
      for (const name of ['', ...(await readdir(state, { recursive: true }))]) {
        const found = await lstat(join(state, name));
        if (!found.isSymbolicLink() && (found.mode & 0o077) !== 0) open.push(name);
      }
      expect(open).toEqual([]);

      await writeFile(join(state, 'ports.json'), '{"git": "nonsense", "artifacts": 1e99, "x": -1}');
      await writeFile(join(state, 'lock'), 'nonsense');
      await rm(join(state, 'artifacts/gitrepository/flux-system'), { recursive: true });
      await rm(join(state, 'repositories/fleet.git/objects'), { recursive: true });
      await writeFile(join(state, 'git/flux-system/flux-system/HEAD'), 'nonsense');
      await start();
      await writeFile(join(state, 'ports.json'), '[null]');
      for (const name of ['lock', 'ports.json']) {
        await rm(join(state, name), { force: true });
        await mkdir(join(state, name));
      }
      await start();
    },
  );

  test('says why its cluster cannot start, and leaves the folder to the next one', async () => {
    const state = join(own.folder, 'no-store');
    const file = join(state, 'cluster', 'store.db');
    await mkdir(join(state, 'cluster'), { recursive: true });
    await writeFile(file, 'nonsense '.repeat(1000));
    const failing = own.up('--once', '--data-dir', state);
    expect(await failing.ended).toBe(1);
    expect(failing.output()).toContain(`✗ cannot open the store ${file}: file is not a database`);
    expect(failing.output()).not.toMatch(/^ +at /m);
    await rm(file);
    const running = own.up('--once', '--data-dir', state);
    expect(await running.ended, running.output()).toBe(0);
  });

  test('a cluster by itself writes its kubeconfig where it is told, and over nobody else’s', async () => {
    const file = join(own.folder, 'kube/config');
    const args = [
      'cluster',
      'start',
      '--in-memory',
      '--data-dir',
      join(own.folder, 'alone'),
      '--kubeconfig',
      file,
    ];
    for (let i = 0; i < 2; i++) {
      const running = millrace(args);
      expect((await running.saw(/export KUBECONFIG=(\S+)/))[1]).toBe(file);
      expect((await lstat(file)).mode & 0o777).toBe(0o600);
      const client = kubeClient(loadConnection({ path: file }));
      await client.listAll('v1', 'Namespace', { as: 'own' });
      await client.close();
      await running.stop();
    }
    await writeFile(file, 'clusters: [{name: millrace}, {name: production}]\n');
    const refused = millrace(args);
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toMatch(/was not written by Millrace/);
    expect(await readFile(file, 'utf8')).toMatch(/production/);
  });

  test('a folder of state has one holder; one that was killed does not keep it', async () => {
    const first = own.up();
    await first.saw(/are ready/);
    const second = own.up();
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(/is in use by process \d+/);
    await first.kill();
    const third = own.up();
    await third.saw(/are ready/);
    await third.stop();
    expect(await third.ended).toBe(0);
  });
});
