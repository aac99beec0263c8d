import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { git } from '@millrace/git';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf, digestOf } from '../apps/registry/testing/client.ts';
import { golden } from './helm/site.ts';
import { millrace, type Running } from './process.ts';
import { configMap } from './system.ts';

/** No names of `.invalid` are anywhere (RFC 2606). */
const fleet: Record<string, string> = {
  'cluster/all.yaml': `apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: manifests, namespace: flux-system}
spec: {interval: 1h, url: "oci://registry.invalid/org/manifests", ref: {tag: v1}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: from-registry, namespace: flux-system}
spec: {interval: 1h, path: ./, prune: true, targetNamespace: default, sourceRef: {kind: OCIRepository, name: manifests}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: flux-system}
spec: {interval: 1h, type: oci, url: "oci://charts.invalid/stable"}
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: app, namespace: flux-system}
spec: {interval: 1h, chart: {spec: {chart: app, version: 1.x, interval: 1h, sourceRef: {kind: HelmRepository, name: charts}}}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: other, namespace: flux-system}
spec: {interval: 1h, url: "ssh://git@git.invalid/team/other", ref: {branch: main}}
`,
  'content/map.yaml': configMap('from-registry', 'one'),
};

let folder: string;
const running: Running[] = [];
const at = (path: string) => join(folder, path);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-up-oci-'));
  for (const [path, content] of Object.entries(fleet)) await put(`fleet/${path}`, content);
  await put('charts/app-1.0.0.tgz', golden('app-1.0.0.tgz'));
  const settings: [string, string][] = [
    ['user.name', 'A user'],
    ['user.email', 'user@example.com'],
  ];
  for (const args of [
    ['init', '--quiet', '--initial-branch=main'],
    ['add', '--all'],
    ['commit', '--quiet', '--message', 'A fleet'],
  ]) {
    const signal = AbortSignal.timeout(20_000);
    await git({ args: ['-C', at('fleet'), ...args], what: args[0]!, settings, signal });
  }
});
afterAll(async () => {
  for (const one of running) await one.stop();
  await rm(folder, { recursive: true, force: true });
});

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(at(path)), { recursive: true });
  await writeFile(at(path), content);
}

function up(...args: string[]): Running {
  const started = millrace([
    'up',
    at('fleet'),
    '--path',
    'cluster',
    '--data-dir',
    at('state'),
    '--timeout',
    '2m',
    ...args,
  ]);
  running.push(started);
  return started;
}
const mapped = (from: string, to: string) => ['--map', `${from}=${to}`];

test('what cannot be reached is named, and how to map it', async () => {
  const { ended, output } = up('--once', '--in-memory');
  expect(await ended, output()).toBe(1);
  for (const url of [
    'oci://registry.invalid/org/manifests',
    'oci://charts.invalid/stable',
    'ssh://git@git.invalid/team/other',
  ])
    expect(output()).toContain(`--map ${url}=FOLDER`);
});

test('a fleet comes up without a network from folders that are mapped', async () => {
  const folders = [
    ...mapped('oci://registry.invalid/org/manifests', at('fleet/content')),
    ...mapped('oci://charts.invalid/stable', at('charts')),
    ...mapped('https://git.invalid/team/other', at('fleet')),
  ];
  const { ended, output } = up('--once', '--in-memory', ...folders);
  expect(await ended, output()).toBe(0);
  expect(output()).toContain('ConfigMap/default/from-registry created');
  expect(output()).toContain('with chart app@1.0.0');
});

test('what is saved in a folder that is mapped arrives at once', async () => {
  const first = up(
    '--in-memory',
    ...mapped('oci://registry.invalid/org/manifests', at('fleet/content')),
    ...mapped('oci://charts.invalid/stable', at('charts')),
    ...mapped('https://git.invalid/team/other', at('fleet')),
  );
  await first.saw(/sources, Kustomizations and HelmReleases are ready/);
  await put('fleet/content/map.yaml', configMap('from-registry', 'saved'));
  await first.saw(/ConfigMap\/default\/from-registry configured/);
  await put('fleet/content/map.yaml', configMap('from-registry', 'one'));
  await first.saw(/from-registry configured[\s\S]*from-registry configured/);
  await first.stop();
});

test('what is pushed to the registry arrives at once, and is there after a restart', async () => {
  const maps = [
    ...mapped('oci://registry.invalid', 'oci://localhost/fleet'),
    ...mapped('oci://charts.invalid/stable', 'oci://localhost/charts'),
    ...mapped('https://git.invalid/team/other', at('fleet')),
  ];
  const first = up(...maps);
  const [, host = '', token = ''] = await first.saw(
    /the registry: oci:\/\/(\S+) \(to push: --creds millrace:(\w+)\)/,
  );
  const push = async () => {
    const url = `oci://${host}/fleet/org/manifests:v1`;
    const made = ['--source', 's', '--revision', 'r', '--creds', `millrace:${token}`];
    const pushed = millrace(['push', 'artifact', url, '--path', at('fleet/content'), ...made]);
    expect(await pushed.ended, pushed.output()).toBe(0);
  };
  await push();
  await first.saw(/ConfigMap\/default\/from-registry created/);
  await put('fleet/content/map.yaml', configMap('from-registry', 'two'));
  await push();
  await first.saw(/ConfigMap\/default\/from-registry configured/);
  await pushChart(`http://${host}`, token, '1.0.0');
  await first.saw(/Helm install succeeded for release flux-system\/app.v1 with chart app@1.0.0/);
  await pushChart(`http://${host}`, token, '1.1.0');
  await first.saw(/Helm upgrade succeeded for release flux-system\/app.v2 with chart app@1.1.0/);
  await first.stop();
  const again = up('--once', ...maps);
  expect(await again.ended, again.output()).toBe(0);
});

/** As `helm push` does. */
async function pushChart(url: string, token: string, version: string): Promise<void> {
  const client = clientOf(url, token);
  const bytes = golden(`app-${version}.tgz`);
  const config = await client.blob('charts/app', '{}');
  const chart = await client.blob('charts/app', bytes);
  const answer = await client.manifest('charts/app', version, {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: config, size: 2 },
    layers: [
      {
        mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
        digest: chart,
        size: bytes.length,
      },
    ],
  });
  expect(answer.status).toBe(201);
  expect(chart).toBe(digestOf(bytes));
}
