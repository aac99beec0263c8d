import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Cluster, startCluster } from '@millrace/cluster';
import { type KubeClient, kubeClient, loadConnection } from '@millrace/kube';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Printed, typed } from '../testing/flux-lines.ts';
import { defineKinds, setScene } from './scene.ts';

const here = new URL('./', import.meta.url);
const recorded = JSON.parse(readFileSync(new URL('flux-2.9.4.json', here), 'utf8')) as Record<
  string,
  Printed
>;
const before = { folder: process.cwd(), kubeconfig: process.env.KUBECONFIG };

let folder: string;
let cluster: Cluster;
let client: KubeClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-beside-flux-'));
  cluster = await startCluster({ simulate: false, dataDir: folder });
  process.env.KUBECONFIG = cluster.kubeconfigPath;
  process.chdir(fileURLToPath(new URL('files/', here)));
  client = kubeClient(loadConnection({ text: cluster.kubeconfig }));
  await defineKinds(client);
  await setScene(client);
});

afterAll(async () => {
  process.chdir(before.folder);
  process.env.KUBECONFIG = before.kubeconfig;
  await client?.close();
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The golden file is what flux 2.9.4 said beside a kube-apiserver 1.36.3: `npm run differential -- flux --record`. */
test.each(Object.keys(recorded))('%s', async line => {
  expect(sameKubernetes(await typed(line.replace(/^! /, '')))).toEqual(sameKubernetes(recorded[line]!));
  if (line.startsWith('! ')) await setScene(client);
});

/** Whatever Kubernetes it is. */
function sameKubernetes({ code, stdout, stderr }: Printed): Printed {
  return { code, stdout, stderr: stderr.replace(/Kubernetes \S+/, 'Kubernetes') };
}
