import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packChart } from '@millrace/helm';
import { registry, tokens } from '@millrace/oci';
import { type Registry, startRegistry } from '@millrace/registry';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readChart } from '../../helm/read-chart.ts';
import { publishFolder } from './publish.ts';

let folder: string;
let local: Registry;
let anything: Map<string, string>;
const signal = new AbortController().signal;

beforeEach(async () => {
  anything = new Map();
  folder = mkdtempSync(join(tmpdir(), 'millrace-publish-'));
  local = await startRegistry({ root: join(folder, 'registry') });
});
afterEach(async () => {
  await local.stop();
  rmSync(folder, { recursive: true, force: true });
});

function write(files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

const chart = (name: string, version: string) => `apiVersion: v2\nname: ${name}\nversion: ${version}\n`;

const publish = (name: string, path: string, tag?: string) =>
  publishFolder(join(folder, name), {
    path,
    tag,
    anything,
    signal,
    async within(repository, ask) {
      const login = { username: 'me', password: local.token };
      const to = registry({ host: local.host, path: repository }, { login, pushes: true, tokens: tokens() });
      return ask(to).finally(() => to.close());
    },
  });

const get = async (path: string) => (await fetch(`${local.url}/v2/${path}`)).json() as Promise<never>;
/** What there is: `repository:tag`. */
async function everything(): Promise<string[]> {
  const { repositories }: { repositories: string[] } = await get('_catalog');
  const tags = await Promise.all(
    repositories.map(name => get(`${name}/tags/list`) as Promise<{ tags: string[] }>),
  );
  return repositories.flatMap((name, i) => tags[i]!.tags.map(tag => `${name}:${tag}`));
}

test('a folder of charts, packed or not, is a path with a repository for each', async () => {
  write({
    'charts/one/Chart.yaml': chart('one', '1.0.0+build'),
    'charts/two/Chart.yaml': chart('two', '2.0.0'),
    'charts/README.md': 'no chart',
  });
  write({
    'charts/packed.tgz': packChart(readChart(join(folder, 'charts/two')), { version: '2.1.0' }).bytes,
  });
  await publish('charts', 'x/charts');
  expect(anything).toEqual(new Map());
  expect(await everything()).toEqual([
    'x/charts/one:1.0.0_build',
    'x/charts/two:2.0.0',
    'x/charts/two:2.1.0',
  ]);
  const manifest: { layers: { mediaType: string }[] } = await get('x/charts/two/manifests/2.0.0');
  expect(manifest.layers.map(({ mediaType }) => mediaType)).toEqual([
    'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  ]);
});

test('a chart is at the path itself where that ends with its name', async () => {
  write({ 'app/Chart.yaml': chart('app', '1.0.0') });
  await publish('app', 'x/charts/app');
  expect(await everything()).toContain('x/charts/app:1.0.0');
});

test('other files are what an artifact holds, under every tag or the one that is named', async () => {
  write({ 'files/a.yaml': 'a', 'files/.git/config': 'x', 'files/sub/photo.png': 'kept' });
  await publish('files', 'x/app');
  const { repositories } = (await get('_catalog')) as { repositories: string[] };
  expect(repositories).toEqual(['x/app']);
  const first = new Map(anything);
  expect([...first.keys()]).toEqual(['x/app']);
  await publish('files', 'x/app');
  await publish('files', 'x/tagged', 'v1');
  // Equal content is an equal artifact, and what has a tag stands behind that alone.
  expect(anything).toEqual(first);
  expect(await everything()).toEqual(['x/app:latest', 'x/tagged:v1']);
});

test('an image layout keeps its tags', async () => {
  write({ 'files/a.yaml': 'a' });
  await publish('files', 'x/app', 'v1');
  const answer = await fetch(`${local.url}/v2/x/app/manifests/v1`);
  const digest = answer.headers.get('docker-content-digest')!;
  const manifest = await answer.text();
  const { config, layers } = JSON.parse(manifest);
  const descriptor = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest,
    size: manifest.length,
  };
  const named = (name?: string) => ({
    ...descriptor,
    ...(name && { annotations: { 'org.opencontainers.image.ref.name': name } }),
  });
  const index = { schemaVersion: 2, manifests: [named('v2'), named('ghcr.io/org/app:v3'), named()] };
  const blobs: Record<string, string | Uint8Array> = { [digest]: manifest };
  for (const part of [config, ...layers])
    blobs[part.digest] = new Uint8Array(
      await (await fetch(`${local.url}/v2/x/app/blobs/${part.digest}`)).arrayBuffer(),
    );
  const files = Object.entries(blobs).map(([name, content]) => [
    `kept/app/blobs/${name.replace(':', '/')}`,
    content,
  ]);
  write({
    ...Object.fromEntries(files),
    'kept/app/oci-layout': '{"imageLayoutVersion": "1.0.0"}',
    'kept/app/index.json': JSON.stringify(index),
  });
  await publish('kept/app', 'y/app');
  await publish('kept', 'z');
  const tags = ['latest', 'v2', 'v3'];
  expect(await everything()).toEqual([
    'x/app:v1',
    ...tags.map(tag => `y/app:${tag}`),
    ...tags.map(tag => `z/app:${tag}`),
  ]);
});

test.each<[string, Record<string, string>, string]>([
  ['a chart that is none', { 'bad/Chart.yaml': 'name: 1' }, 'cannot take the place of a repository'],
  ['a layout without its manifest', layoutOf(`sha256:${'0'.repeat(64)}`), 'is missing from the layout'],
  ['a layout that climbs', layoutOf('sha256:../../../etc/passwd'), 'has no digest'],
  [
    'a layout that is none',
    { 'bad/oci-layout': '{}', 'bad/index.json': '[]' },
    'index.json is no JSON object',
  ],
])('%s is refused', async (_, files, problem) => {
  write(files);
  await expect(publish('bad', 'x/app')).rejects.toThrow(problem);
});

function layoutOf(digest: string): Record<string, string> {
  const manifests = [{ mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 1 }];
  return { 'bad/oci-layout': '{}', 'bad/index.json': JSON.stringify({ schemaVersion: 2, manifests }) };
}
