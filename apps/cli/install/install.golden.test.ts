import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Cluster, startClusterThread } from '@millrace/cluster';
import { defaultOptions } from '@millrace/installation';
import { asKubeObject, delay, type KubeClient, kubeClient, loadConnection, refOf } from '@millrace/kube';
import { parseAll } from '@millrace/yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import packageFile from '../../../package.json' with { type: 'json' };
import { fluxLines, type Printed, recorder, typed, typedInto } from '../testing/flux-lines.ts';
import { version } from '../version.ts';

const golden = new URL('./golden/', import.meta.url);
const files = new URL('files/', golden);
const { lines, recorded } = fluxLines(golden, files);

describe('without a cluster, as flux 2.9.4', () => {
  const before = process.cwd();
  beforeAll(() => process.chdir(fileURLToPath(files)));
  afterAll(() => process.chdir(before));

  test.each(lines)('%s', async line => {
    expect(await typed(line)).toEqual(recorded[line]);
  });
});

const objects = `apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: { name: app, namespace: default, finalizers: [finalizers.fluxcd.io] }
spec: { url: https://example.com/app, interval: 1m }
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: app, namespace: default, finalizers: [finalizers.fluxcd.io] }
spec: { interval: 1m, prune: true, sourceRef: { kind: GitRepository, name: app } }
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: { name: charts, namespace: default }
spec: { url: https://example.com/charts }
`;

const gitRepositories = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  name: 'gitrepositories.source.toolkit.fluxcd.io',
};
const as = { as: 'own' } as const;
const label = (name: string, value: string | null) => (client: KubeClient) =>
  client.patch(gitRepositories, 'merge', { metadata: { labels: { [name]: value } } }, as);

/** In the way of the installation: what Pods a Deployment is about cannot be changed. */
const other = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'source-controller', namespace: 'flux-system' },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'other' } },
    template: {
      metadata: { labels: { app: 'other' } },
      spec: { containers: [{ name: 'other', image: 'example.com/other:1' }] },
    },
  },
};

/** Lines that are typed one after another, and what happens to the cluster in between. */
const steps: (string | ((client: KubeClient) => Promise<unknown>))[] = [
  async client => {
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } }, as);
    await client.create(other, as);
  },
  'install --components=source-controller --timeout=20s',
  client => client.delete(refOf(other), as),
  'install --timeout=1m',
  'install --timeout=1m',
  'install --components-extra=source-watcher --image-pull-secret=regcred --registry-creds=user:pass',
  async client => {
    for (const object of parseAll(objects)) await client.create(asKubeObject(object), as);
  },
  'migrate',
  client => {
    const patch = { status: { storedVersions: ['v1beta2', 'v1'] } };
    return client.patch(gitRepositories, 'merge', patch, { ...as, subresource: 'status' });
  },
  'migrate --timeout=30s',
  label('app.kubernetes.io/managed-by', 'Helm'),
  'install --force --components-extra=source-watcher --image-pull-secret=regcred',
  label('app.kubernetes.io/managed-by', null),
  label('kustomize.toolkit.fluxcd.io/namespace', 'flux-system'),
  'install --verbose=false',
  'install --force=true',
  label('kustomize.toolkit.fluxcd.io/namespace', null),
  'check --timeout=30s',
  'version',
  'uninstall --dry-run',
  'uninstall --silent --keep-namespace',
  'uninstall -s',
  'uninstall --silent --keep-namespace=true',
];
const session = new URL('cluster.flux-2.9.4.json', golden);

describe('in a cluster, as flux 2.9.4', () => {
  let cluster: Cluster;
  let client: KubeClient;
  let folder: string;
  const kubeconfig = process.env.KUBECONFIG;

  const open = async () => {
    cluster = await startClusterThread({ inMemory: true });
    folder = await mkdtemp(join(tmpdir(), 'millrace-install-'));
    process.env.KUBECONFIG = join(folder, 'kubeconfig');
    writeFileSync(process.env.KUBECONFIG, cluster.kubeconfig);
    client = kubeClient(loadConnection({ path: process.env.KUBECONFIG }));
  };
  const close = async () => {
    await client.close();
    await cluster.stop();
    await rm(folder, { recursive: true });
  };
  const play = async (type: (line: string) => Promise<Printed>) => {
    const printed: Record<string, Printed>[] = [];
    for (const step of steps)
      if (typeof step === 'string') printed.push({ [step]: await type(step) });
      else await step(client);
    return printed;
  };

  beforeAll(async () => {
    if (recorder) {
      await open();
      const printed = await play(async line => typedInto(recorder!, line, files));
      writeFileSync(session, `${JSON.stringify(printed, null, 1)}\n`);
      await close();
    }
    await open();
  }, 300_000);
  afterAll(async () => {
    await close();
    if (kubeconfig === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = kubeconfig;
  });

  test('installs, upgrades, migrates, refuses and uninstalls', async () => {
    const images = (text: string) =>
      text.replace(/► ghcr\.io\/\S+/g, '► (image)').replace(/(-controller|-watcher): v[\d.]+/g, '$1: v…');
    const printed = JSON.stringify(await play(typed), null, 1);
    expect(images(printed)).toBe(images(readFileSync(session, 'utf8').trimEnd()));
  });

  test('names the Deployments that a change to one, or back, leaves', async () => {
    await typed('install --components=source-controller --timeout=1m');
    const single = await typed('install --components=source-controller --single --timeout=1m');
    expect(single).toMatchObject({ code: 0 });
    expect(single.stderr).toContain('kubectl -n flux-system delete deployment source-controller\n');
    expect(single.stderr).toContain('✔ millrace: deployment ready');
    const many = await typed('install --components=source-controller --timeout=1m');
    expect(many.stderr).toContain('kubectl -n flux-system delete deployment millrace\n');
  });

  test('migrates what managers own of an object in a former version', async () => {
    const written = { apiVersion: 'source.toolkit.fluxcd.io/v1beta2', kind: 'GitRepository' };
    const metadata = { name: 'former', namespace: 'default' };
    const spec = { url: 'https://example.com/app', interval: '1m' };
    await client.apply({ ...written, metadata, spec }, { ...as, fieldManager: 'a-person' });
    await typed('migrate');
    const current = { ...written, apiVersion: 'source.toolkit.fluxcd.io/v1', ...metadata };
    const { managedFields } = (await client.get(current, as)).metadata;
    expect(managedFields?.map(({ manager, apiVersion }) => [manager, apiVersion])).toEqual([
      ['a-person', 'source.toolkit.fluxcd.io/v1'],
    ]);
  });

  test('waits for a namespace that is still being deleted, and installs then', async () => {
    await typed('uninstall --silent --keep-namespace');
    const kept = { apiVersion: 'v1', kind: 'ConfigMap', name: 'kept', namespace: 'flux-system' };
    const { name, namespace, ...configMap } = kept;
    await client.create(
      { ...configMap, metadata: { name, namespace, finalizers: ['example.com/kept'] } },
      as,
    );
    await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, as);
    const installing = typed('install --components=source-controller --timeout=1m');
    await delay(2000); // what is typed says at its end only that it has waited
    await client.patch(kept, 'merge', { metadata: { finalizers: null } }, as);
    const { code, stderr } = await installing;
    expect(stderr).toContain('waiting for Namespace/flux-system to be deleted\n');
    expect(stderr).toContain('✔ source-controller: deployment ready\n');
    expect(code).toBe(0);
  });

  test('asks before what Helm has installed is overridden or deleted', async () => {
    await label('app.kubernetes.io/managed-by', 'Helm')(client);
    const asked = (...args: string[]) => {
      const main = fileURLToPath(new URL('../main.ts', import.meta.url));
      return spawnSync(process.execPath, [main, ...args], { input: 'n\n', encoding: 'utf8' });
    };
    const install = asked('install');
    expect(install.stderr).toContain('Flux v2.9.4 has been installed on this cluster with Helm!\n');
    expect(install.stderr).toContain('✗ installation cancelled\n');
    expect(install.status).toBe(1);
    const uninstall = asked('uninstall');
    expect(uninstall.stderr).toContain('Flux is managed by Helm! Are you sure');
    expect(uninstall.stderr).toContain('✗ aborting\n');
    expect(await client.get(gitRepositories, as)).toBeDefined();
  });
});

test('the program, its image and what is installed have one version', () => {
  expect(defaultOptions.version).toBe(`v${version}`);
  expect(packageFile.version).toBe(version);
});

test('migrate changes nothing of a manifest but the versions', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-migrate-'));
  await cp(files, folder, { recursive: true });
  const before = process.cwd();
  process.chdir(folder);
  try {
    await typed('migrate -f . -y');
    const manifests = await readFile('manifests.yaml', 'utf8');
    const changed = (await readFile(new URL('manifests.yaml', files), 'utf8'))
      .replace('source.toolkit.fluxcd.io/v1beta2 # old', 'source.toolkit.fluxcd.io/v1 # old')
      .replace(/image\.toolkit\.fluxcd\.io\/v1beta./g, 'image.toolkit.fluxcd.io/v1')
      .replace('notification.toolkit.fluxcd.io/v1beta2', 'notification.toolkit.fluxcd.io/v1beta3');
    expect(manifests).toBe(changed);
    expect(await readFile('sub/crlf.yml', 'utf8')).toBe(
      'apiVersion: helm.toolkit.fluxcd.io/v2\r\nkind: HelmRelease\r\n',
    );
    expect(await readFile('sub/.hidden/bytes.yaml', 'latin1')).toBe(
      'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nx: \xff\xfe\n',
    );
    expect((await typed('migrate -f . -y')).stderr).toContain('no custom resources found');
  } finally {
    process.chdir(before);
    await rm(folder, { recursive: true });
  }
});
