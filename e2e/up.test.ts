import { lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { git } from '@millrace/git';
import { type KubeClient, type KubeObject, kubeClient, loadConnection } from '@millrace/kube';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { millrace, type Running } from './process.ts';
import { configMap } from './system.ts';

const author: [string, string][] = [
  ['user.name', 'A user'],
  ['user.email', 'user@example.com'],
];

/** A fleet as `flux bootstrap` leaves it: the sync file names a remote that is far away. */
const fleet: Record<string, string> = {
  'clusters/staging/flux-system/gotk-sync.yaml': `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 1m0s
  ref:
    branch: production
  secretRef:
    name: flux-system
  url: ssh://git@git.example.com/team/fleet
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: flux-system
  namespace: flux-system
spec:
  interval: 10m0s
  path: ./clusters/staging
  prune: true
  sourceRef:
    kind: GitRepository
    name: flux-system
`,
  'clusters/staging/apps.yaml': `apiVersion: source.toolkit.fluxcd.io/v1beta2
kind: GitRepository
metadata:
  name: same-repository-by-another-url
  namespace: flux-system
spec:
  interval: 1m0s
  ref: {branch: production}
  url: https://git.example.com/team/fleet.git
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: apps
  namespace: flux-system
spec:
  interval: 10m0s
  path: ./apps
  prune: true
  targetNamespace: default
  sourceRef:
    kind: GitRepository
    name: same-repository-by-another-url
`,
  'apps/app.yaml': configMap('app', 'one'),
};

/** For tests that start the program several times: each start takes seconds on a busy machine. */
const patience = 180_000;

describe("a team's own fleet", () => {
  let folder: string;
  let checkout: string;
  const run = async (...args: string[]) =>
    (
      await git({
        args: ['-C', checkout, ...args],
        what: args[0]!,
        settings: author,
        signal: AbortSignal.timeout(20_000),
      })
    )
      .toString()
      .trim();
  const write = async (files: Record<string, string>) => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(checkout, path)), { recursive: true });
      await writeFile(join(checkout, path), content);
    }
  };
  const commit = async (files: Record<string, string>) => {
    await write(files);
    await run('add', '--all');
    await run('commit', '--quiet', '--message', 'Change');
  };
  const up = (...args: string[]) =>
    millrace(['up', checkout, '--path', 'clusters/staging', '--data-dir', join(folder, 'state'), ...args]);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-up-'));
    checkout = join(folder, 'fleet');
    await mkdir(checkout);
    await run('init', '--quiet', '--initial-branch=topic');
    await commit(fleet);
    await run('remote', 'add', 'origin', 'git@git.example.com:team/fleet.git');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

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
    await run('checkout', '--quiet', '--detach');
    const running = up('--once', '--in-memory');
    expect(await running.ended, running.output()).toBe(0);
    expect(running.output()).toMatch(/4 sources and Kustomizations are ready/);
    await run('checkout', '--quiet', 'topic');
  });

  test('applies what the cluster has and Git has not before the fleet begins', async () => {
    const using = fleet['clusters/staging/apps.yaml']!.replace(
      'spec:\n  interval: 10m0s\n  path: ./apps',
      'spec:\n  interval: 10m0s\n  postBuild: {substituteFrom: [{kind: Secret, name: settings}]}\n  path: ./apps',
    );
    await commit({ 'clusters/staging/apps.yaml': using });
    const without = up('--once', '--in-memory');
    expect(await without.ended).toBe(1);
    expect(without.output()).toContain("substitute from 'Secret/settings' error");
    const metadata = '{name: settings, namespace: flux-system}';
    const file = join(folder, 'settings.yaml');
    await writeFile(file, `apiVersion: v1\nkind: Secret\nmetadata: ${metadata}\nstringData: {one: a}\n`);
    const running = up('--once', '--in-memory', '--with', file);
    expect(await running.ended, running.output()).toBe(0);
    await commit({ 'clusters/staging/apps.yaml': fleet['clusters/staging/apps.yaml']! });
  });

  test('fails in CI with a table of what and why', async () => {
    await commit({
      'apps/app.yaml': configMap('app', 'one', 'no-such-namespace').replace(
        'kind: ConfigMap',
        'kind: Configmap',
      ),
    });
    const running = up('--once', '--in-memory');
    expect(await running.ended).toBe(1);
    expect(running.output()).toMatch(
      /✗ not everything is ready:\n +Kustomization\/flux-system\/apps +ReconciliationFailed: Configmap\/default\/app dry-run failed: no matches for kind "Configmap"/,
    );
    await commit({ 'apps/app.yaml': configMap('app', 'one') });
  });

  test('follows each commit at once', async () => {
    const running = up();
    await inCluster(running, async client => {
      expect(await valueIn(client)).toBe('one');
      await commit({ 'apps/app.yaml': configMap('app', 'two') });
      await expect.poll(() => valueIn(client), { timeout: 5000 }).toBe('two');
      await write({ 'apps/app.yaml': configMap('app', 'saved, not committed') });
      await commit({ 'apps/other.yaml': configMap('other', 'x') });
    });
    await running.stop();
  });

  test('follows each saved file with --dirty, and leaves the checkout as it is', async () => {
    const running = up('--dirty');
    await inCluster(running, async client => {
      await write({ 'apps/app.yaml': configMap('app', 'only saved') });
      await expect.poll(() => valueIn(client), { timeout: 5000 }).toBe('only saved');
    });
    await running.stop();
    expect(await run('status', '--short')).toBe('M apps/app.yaml');
    expect(await run('log', '--format=%s', '-1')).toBe('Change');
  });

  test(
    'the sample fleet is ready at the first start, and at every further one',
    async () => {
      const state = join(folder, 'sample');
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
    const running = millrace([...args, '--data-dir', join(folder, 'refused')]);
    expect(await running.ended).toBe(1);
    expect(running.output()).toMatch(words);
  });

  test(
    'says at once what this version does not reconcile',
    async () => {
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
      await commit({ 'apps/web.yaml': [definition, rocket('web'), rocket('api')].join('---\n') });
      const running = up('--once', '--in-memory');
      expect(await running.ended).toBe(1);
      expect(running.output()).toMatch(
        /✗ Rocket is not reconciled by this version of Millrace: Rocket\/default\/(api|web), /,
      );
      expect(running.output()).toMatch(/not everything is ready:\n +Rocket\/default\/\w+ +NotReconciled/);
      expect(running.output()).not.toMatch(/are ready/);
      await run('rm', '--quiet', 'apps/web.yaml');
      await run('commit', '--quiet', '--message', 'Without');
    },
    patience,
  );

  test(
    'takes --path from the folder that was named',
    async () => {
      const args = ['--once', '--in-memory', '--data-dir', join(folder, 'named')];
      const running = millrace(['up', join(checkout, 'clusters/staging'), '--path', '.', ...args]);
      expect(await running.ended, running.output()).toBe(0);
      const missing = millrace(['up', join(checkout, 'clusters'), '--path', 'apps', ...args]);
      expect(await missing.ended).toBe(1);
      expect(missing.output()).toMatch(/✗ the fleet has no folder clusters\/apps/);
    },
    patience,
  );

  test('lets nothing of a repository rule the terminal', async () => {
    await run('commit', '--quiet', '--allow-empty', '--message', 'Sub\u001b]0;title\u0007ject\u001b[2J');
    const running = up('--once', '--in-memory');
    expect(await running.ended, running.output()).toBe(0);
    expect(running.output()).toMatch(/fetched commit 'Sub.*ject'/);
    expect(running.output()).not.toMatch(/[\u001b\u0007]/);
  });

  test.each([0o000, 0o022])(
    'keeps its state from others under umask %o, and starts from what is damaged',
    async mask => {
      const state = join(folder, `private-${mask}`);
      await mkdir(state, { mode: 0o777 });
      const start = async () => {
        const before = process.umask(mask);
        const running = millrace([
          'up',
          checkout,
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
    patience,
  );

  test(
    'a cluster by itself writes its kubeconfig where it is told, and over nobody else’s',
    async () => {
      const file = join(folder, 'kube/config');
      const args = [
        'cluster',
        'start',
        '--in-memory',
        '--data-dir',
        join(folder, 'alone'),
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
    },
    patience,
  );

  test(
    'a folder of state has one holder; one that was killed does not keep it',
    async () => {
      const first = up();
      await first.saw(/are ready/);
      const second = up();
      expect(await second.ended).toBe(1);
      expect(second.output()).toMatch(/is in use by process \d+/);
      await first.kill();
      const third = up();
      await third.saw(/are ready/);
      await third.stop();
      expect(await third.ended).toBe(0);
    },
    patience,
  );
});
