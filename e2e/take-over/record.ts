import { writeFile } from 'node:fs/promises';
import {
  asJson,
  conditionOf,
  delay,
  type KubeClient,
  kubeClient,
  loadConnection,
  type ObjectRef,
} from '@millrace/kube';
import { deployed, manifests, reconciled } from './objects.ts';
import { startOutside } from './outside.ts';

/*
 * Writes golden/flux-2.9.json: the objects that Flux's own controllers leave. A kube-apiserver is to run at the
 * kubeconfig of the first argument, where flux 2.9.4 has been installed, and its controllers are at work: those of the
 * file were source-controller v1.9.0, kustomize-controller v1.9.4 and helm-controller v1.6.3 with helm v4.2.2. With
 * `--stay` the outside stays until it is ended; SIGUSR1 takes a file out of the repository.
 */
const client = kubeClient(loadConnection({ path: process.argv[2] }));
const outside = await startOutside();
const person = { as: 'own', fieldManager: 'a-person', force: true } as const;
for (const manifest of manifests(outside)) await client.apply(manifest, person);
const { repository, kustomization, charts, chart, release } = reconciled;
for (const ref of [repository, kustomization, charts, chart, release]) await ready(client, ref);
const refs = [...Object.values(reconciled), ...Object.values(deployed)];
const objects = await Promise.all(refs.map(ref => client.get(ref, { as: 'own' })));
// The address of a Service is one of its cluster.
const isAddress = (key: string) => key === 'clusterIP' || key === 'clusterIPs';
const text = JSON.stringify(objects, (key, value: unknown) => (isAddress(key) ? undefined : value), 1)
  .replaceAll(outside.repository, 'http://outside/fleet.git')
  .replaceAll(outside.charts, 'http://outside/charts');
await writeFile(new URL('./golden/flux-2.9.json', import.meta.url), `${text}\n`);
console.log(outside.repository, outside.charts);
if (process.argv[3] !== '--stay') {
  await outside.stop();
  await client.close();
} else {
  process.on('SIGUSR1', () => void outside.commit({ 'apps/extra.yaml': null }));
}

async function ready(client: KubeClient, ref: ObjectRef): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const object = await client.get(ref, { as: 'own' }).catch(() => undefined);
    if (object && conditionOf(asJson(object), 'Ready')?.status === 'True') return;
    await delay(200);
  }
  throw new Error(`${ref.kind} ${ref.name} does not turn ready`);
}
