import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { git } from '@millrace/git';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chartFiles } from './helm/chart-files.ts';
import { golden } from './helm/site.ts';
import { millrace } from './process.ts';

/** Nobody listens there. */
const away = 'http://127.0.0.1:9/charts';

const objects = `apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: away, namespace: flux-system}
spec: {interval: 1m, url: "${away}"}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmChart
metadata: {name: app, namespace: flux-system}
spec: {interval: 1m, chart: app, version: 1.x, sourceRef: {kind: HelmRepository, name: away}}
---
apiVersion: source.toolkit.fluxcd.io/v1beta2
kind: HelmChart
metadata: {name: umbrella, namespace: flux-system}
spec:
  interval: 1m
  chart: charts/umbrella
  valuesFile: charts/umbrella/values.yaml
  valuesFiles: [prod.yaml]
  sourceRef: {kind: GitRepository, name: flux-system}
`;

let folder: string;
const fleet = () => join(folder, 'fleet');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-up-helm-'));
  const files = { 'cluster/helm.yaml': objects, ...chartFiles(away) };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(fleet(), path)), { recursive: true });
    await writeFile(join(fleet(), path), content);
  }
  const settings: [string, string][] = [
    ['user.name', 'A user'],
    ['user.email', 'user@example.com'],
  ];
  for (const args of [
    ['init', '--quiet'],
    ['add', '--all'],
    ['commit', '--quiet', '--message', 'Charts'],
  ])
    await git({
      args: ['-C', fleet(), ...args],
      what: args[0]!,
      settings,
      signal: AbortSignal.timeout(20_000),
    });
  await mkdir(join(folder, 'charts'));
  for (const name of ['app-1.0.0.tgz', 'app-1.1.0.tgz'])
    await writeFile(join(folder, 'charts', name), golden(name));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const up = (...args: string[]) =>
  millrace([
    ...['up', fleet(), '--path', 'cluster', '--data-dir', join(folder, 'state'), '--once', '--in-memory'],
    ...args,
  ]);

test('charts of a repository that is away come from a folder of this machine', {
  timeout: 60_000,
}, async () => {
  const without = up();
  expect(await without.ended, without.output()).toBe(1);
  expect(without.output()).toContain(`${away}/index.yaml cannot be reached`);
  expect(without.output()).toContain(`--map ${away}=FOLDER`);
  const running = up('--map', `${away}=${join(folder, 'charts')}`);
  expect(await running.ended, running.output()).toBe(0);
  expect(running.output()).toContain("pulled 'app' chart with version '1.1.0'");
  expect(running.output()).toContain(
    "packaged 'umbrella' chart with version '0.3.0+1' and merged values files [charts/umbrella/values.yaml prod.yaml]",
  );
});
