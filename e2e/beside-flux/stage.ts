import { createHash } from 'node:crypto';
import { delay, type KubeClient, type KubeObject, type ObjectRef } from '@millrace/kube';
import type { ArtifactServer } from '../beside/archives.ts';
import { inventoryOf, openScene, person } from '../beside/scene.ts';
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
  sourceRef: { kind: 'GitRepository', name: 'fleet' },
};

/** Play a scenario with the controller that runs against this cluster. Returns what was seen after each step. */
export async function play(
  scenario: Scenario,
  { client, artifacts }: { client: KubeClient; artifacts: ArtifactServer },
): Promise<Seen[]> {
  const namespace = `s-${scenario.name}`;
  const app: ObjectRef = { apiVersion: kustomizations, kind: 'Kustomization', namespace, name: 'app' };
  const fleet: ObjectRef = { apiVersion: sources, kind: 'GitRepository', namespace, name: 'fleet' };
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
    await scene.arrange(step);
    await scene.direct(step, number, spec);
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

  const source = { interval: '1h', url: 'https://example.com/fleet' };
  await client.create(
    { ...fleet, metadata: { name: 'fleet', namespace }, spec: source } as KubeObject,
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
