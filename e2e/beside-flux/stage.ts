import { createHash } from 'node:crypto';
import type { JsonObject } from '@millrace/json';
import { delay, type ObjectRef } from '@millrace/kube';
import { withAccess } from '../beside/access.ts';
import { inventoryOf, openScene, person } from '../beside/scene.ts';
import type { Site } from '../beside/site.ts';
import { normalisedKustomization } from './normalise.ts';
import type { Scenario, Seen, Step } from './scenario.ts';

const kustomizations = 'kustomize.toolkit.fluxcd.io/v1';
const sources = 'source.toolkit.fluxcd.io/v1';

const spec = {
  interval: '1h',
  retryInterval: '1h',
  timeout: '30s',
  prune: true,
  path: './',
};
const specs: Readonly<Record<string, JsonObject>> = {
  GitRepository: { interval: '1h', url: 'https://example.com/fleet' },
  OCIRepository: { interval: '1h', url: 'oci://example.com/fleet' },
  Bucket: { interval: '1h', bucketName: 'fleet', endpoint: 'example.com' },
  ExternalArtifact: { sourceRef: { apiVersion: 'example.com/v1', kind: 'Maker', name: 'maker' } },
};

/** Play a scenario with the controller that runs against this cluster. Returns what was seen after each step. */
export async function play(scenario: Scenario, site: Site): Promise<Seen[]> {
  const { client, artifacts, kubeconfig, unseen = doing => doing() } = site;
  const namespace = `s-${scenario.name}`;
  const { source = 'GitRepository', sourceIn, places = [] } = scenario;
  const app: ObjectRef = { apiVersion: kustomizations, kind: 'Kustomization', namespace, name: 'app' };
  const fleet: ObjectRef = {
    apiVersion: sources,
    kind: source,
    namespace: sourceIn ?? namespace,
    name: 'fleet',
  };
  const sourceRef = { kind: source, name: 'fleet', ...(sourceIn ? { namespace: sourceIn } : {}) };
  const files = new Map<string, string>();
  let revision = 0;

  const publish = async (metadata: Record<string, string> | undefined) => {
    revision++;
    const named = `main@sha1:${createHash('sha1').update(`${scenario.name} ${revision}`).digest('hex')}`;
    const artifact = {
      ...(await artifacts.put(files)),
      path: `gitrepository/${namespace}/fleet/${revision}.tar.gz`,
      revision: named,
      lastUpdateTime: new Date().toISOString().replace(/\.\d+/, ''),
      ...(metadata ? { metadata } : {}),
    };
    const ready = {
      type: 'Ready',
      status: 'True',
      reason: 'Succeeded',
      message: `stored artifact for revision '${named}'`,
      lastTransitionTime: artifact.lastUpdateTime,
      observedGeneration: 1,
    };
    const status = { observedGeneration: 1, artifact, conditions: [ready] };
    await client.patch(fleet, 'merge', { status }, { ...person, subresource: 'status' });
  };

  const scene = await openScene(client, namespace, app);
  const act = async (step: Step, number: number, before: string | undefined) => {
    if (step.files) {
      for (const [path, text] of Object.entries(step.files))
        text === null || text === undefined ? files.delete(path) : files.set(path, text);
      await publish(step.artifactMetadata);
      // A controller hears of sources and Kustomizations on two watches: who is made next must find the new artifact,
      // and nothing tells from outside that the first watch has brought it.
      await delay(300);
    }
    const arranged = { ...step, objects: withAccess(step.objects ?? [], kubeconfig) };
    const disturbs = (step.change?.length ?? 0) + (step.remove?.length ?? 0) > 1;
    await (disturbs ? unseen(() => scene.arrange(arranged)) : scene.arrange(arranged));
    await scene.direct(step, number, { ...spec, sourceRef });
    if (step.deleted) {
      // It goes when it has come to an end with what is new, not in the middle.
      if (step.files) await scene.settle({ does: step.does, becomes: 'True' }, number, before);
      await client.delete(app, { as: 'own' });
    }
  };

  const look = async (step: Step): Promise<Seen> => {
    const ks = await scene.get(app);
    return {
      does: step.does,
      kustomization: ks ? normalisedKustomization(ks) : null,
      objects: await scene.show([...inventoryOf(ks), ...(scenario.look ?? [])]),
      events: await scene.freshEvents(),
    };
  };

  for (const place of places)
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: place } }, person);
  await client.create(
    {
      apiVersion: sources,
      kind: source,
      metadata: { name: 'fleet', namespace: fleet.namespace },
      spec: specs[source],
    },
    person,
  );
  const all: Seen[] = [];
  for (const [number, step] of scenario.steps.entries()) {
    const before = (await scene.get(app))?.metadata.resourceVersion;
    await act(step, number, before);
    await scene.settle(step, number, before);
    all.push(await look(step));
  }
  return all;
}
