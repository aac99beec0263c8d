import { createHash } from 'node:crypto';
import { delay, type KubeClient, type KubeObject, type ObjectRef } from '@millrace/kube';
import { withAccess } from '../beside/access.ts';
import { inventoryOf, openScene, type Plain, person, type Scene } from '../beside/scene.ts';
import type { Site } from '../beside/site.ts';
import { playFates } from './fates.ts';
import { normalisedRecord, normalisedRelease } from './normalise.ts';
import { recordsIn, rewrite } from './records.ts';
import type { ChartFiles, Scenario, Seen, Step } from './scenario.ts';

const releases = 'helm.toolkit.fluxcd.io/v2';
const sources = 'source.toolkit.fluxcd.io/v1';

/** Play a scenario with the controller that runs against this cluster. Returns what was seen after each step. */
export async function play(scenario: Scenario, site: Site): Promise<Seen[]> {
  const { client } = site;
  const namespace = `s-${scenario.name}`;
  const name = scenario.called ?? 'app';
  const subject: ObjectRef = { apiVersion: releases, kind: 'HelmRelease', namespace, name };
  const scene = await openScene(client, namespace, subject);
  const places = scenario.places ?? [];
  for (const place of places)
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: place } }, person);
  const source = new Source(scenario, scene, site);
  await source.create();
  const fates = playFates(client, namespace);
  fates.set(scenario.fates ?? {});
  const all: Seen[] = [];
  try {
    for (const [number, step] of scenario.steps.entries()) {
      const before = (await scene.get(subject))?.metadata.resourceVersion;
      fates.set(step.fates ?? {});
      await act(step, number, scene, source, site);
      const isDone = (conditions: Map<string, string>) => step.endless || !conditions.has('Reconciling');
      const answers = step.request || step.asks !== undefined;
      await scene.settle({ ...step, request: answers }, number, before, isDone);
      all.push(await look(step, scenario, scene, client));
    }
  } finally {
    await fates.stop();
  }
  return all;
}

async function act(
  step: Step,
  number: number,
  scene: Scene,
  source: Source,
  { client, kubeconfig, unseen = doing => doing() }: Site,
): Promise<void> {
  // What comes together is to be seen together, on whichever watch it comes.
  const together = step.chart !== undefined && step.spec !== undefined && number > 0;
  if (together || (step.records && step.deleted)) {
    await client.patch(scene.subject, 'merge', { spec: { suspend: true } }, person);
    await delay(300);
  }
  for (const { version, namespace = scene.namespace, release } of step.records ?? [])
    await rewrite(client, namespace, version, release);
  if (step.chart) await source.publish(step.chart);
  const disturbs = (step.change?.length ?? 0) + (step.remove?.length ?? 0) > 1;
  const arranged = { ...step, objects: withAccess(step.objects ?? [], kubeconfig) };
  await (disturbs ? unseen(() => scene.arrange(arranged)) : scene.arrange(arranged));
  const spec = { interval: '1h', timeout: '10s', ...source.reference };
  const asks = step.asks ? { [`reconcile.fluxcd.io/${step.asks}`]: `step-${number}` } : {};
  const deed = { ...step, request: step.request || step.asks !== undefined };
  if (together) deed.spec = { suspend: false, ...step.spec };
  await scene.direct(deed, number, spec, asks);
  if (number === 0) await source.follow();
  if (step.deleted) await client.delete(scene.subject, { as: 'own' });
}

async function look(step: Step, scenario: Scenario, scene: Scene, client: KubeClient): Promise<Seen> {
  const hr = await scene.get(scene.subject);
  const places = [scene.namespace, ...(scenario.places ?? [])];
  const records = (await Promise.all(places.map(place => recordsIn(client, place)))).flat();
  return {
    does: step.does,
    release: hr ? normalisedRelease(hr, records, step.endless ?? false) : null,
    records: records.map(normalisedRecord),
    objects: await scene.show([...inventoryOf(hr), ...(scenario.look ?? [])]),
    events: await scene.freshEvents(),
  };
}

/** What offers the chart: an object whose status says where it is to be had. */
class Source {
  readonly #scenario: Scenario;
  readonly #scene: Scene;
  readonly #site: Site;
  readonly #ref: ObjectRef;
  #published: ChartFiles | undefined;
  #count = 0;

  constructor(scenario: Scenario, scene: Scene, site: Site) {
    this.#scenario = scenario;
    this.#scene = scene;
    this.#site = site;
    const made = scenario.source === 'template';
    this.#ref = {
      apiVersion: sources,
      kind: made ? 'HelmChart' : (scenario.source ?? 'HelmChart'),
      namespace: scenario.sourceIn ?? scene.namespace,
      name: made ? `${scene.namespace}-${scene.subject.name}` : 'chart',
    };
  }

  /** Of the spec of the HelmRelease. */
  get reference(): Plain {
    const { kind, name } = this.#ref;
    const { source, sourceIn } = this.#scenario;
    const elsewhere = sourceIn ? { namespace: sourceIn } : {};
    const repository = { kind: 'HelmRepository', name: 'charts', ...elsewhere };
    return source === 'template'
      ? { chart: { spec: { chart: 'app', version: '1.x', sourceRef: repository } } }
      : { chartRef: { kind, name, ...elsewhere } };
  }

  async create(): Promise<void> {
    if (this.#scenario.source === 'template') return;
    const { apiVersion, kind, name } = this.#ref;
    const specs: Record<string, Plain> = {
      OCIRepository: { interval: '1h', url: 'oci://example.com/app' },
      HelmChart: { interval: '1h', chart: 'app', sourceRef: { kind: 'HelmRepository', name: 'charts' } },
      ExternalArtifact: { sourceRef: { apiVersion: 'example.com/v1', kind: 'Maker', name: 'maker' } },
    };
    const spec = specs[kind];
    const metadata = { name, namespace: this.#ref.namespace };
    await this.#site.client.create({ apiVersion, kind, metadata, spec } as KubeObject, person);
  }

  /** The HelmRelease makes its own: it has no status before it is there. */
  async follow(): Promise<void> {
    if (this.#scenario.source !== 'template') return;
    const end = Date.now() + 10_000;
    while (!(await this.#scene.get(this.#ref)) && Date.now() < end) await delay(50);
    if (this.#published) await this.#tell(this.#published);
  }

  async publish(chart: ChartFiles): Promise<void> {
    this.#published = chart;
    if (!(await this.#scene.get(this.#ref))) return;
    await this.#tell(chart);
    // A controller hears of sources and HelmReleases on two watches: who is made next must find the new artifact, and
    // nothing tells from outside that the first watch has brought it.
    await delay(300);
  }

  async #tell(chart: ChartFiles): Promise<void> {
    const { client, artifacts } = this.#site;
    const live = await this.#scene.get(this.#ref);
    const observedGeneration = live?.metadata.generation ?? 1;
    const revision = this.#revisionOf(chart);
    const lastUpdateTime = new Date().toISOString().replace(/\.\d+/, '');
    const stored = await artifacts.put(filesOf(chart));
    const artifact = { ...stored, path: `chart/${++this.#count}.tgz`, revision, lastUpdateTime };
    const ready = {
      type: 'Ready',
      status: 'True',
      reason: 'Succeeded',
      message: 'stored',
      lastTransitionTime: lastUpdateTime,
      observedGeneration,
    };
    const status = { observedGeneration, artifact, conditions: [ready] };
    await client.patch(this.#ref, 'merge', { status }, { ...person, subresource: 'status' });
  }

  #revisionOf({ version, tag = version, files }: ChartFiles): string {
    if (this.#ref.kind === 'HelmChart') return version;
    return `${tag}@sha256:${createHash('sha256').update(JSON.stringify(files)).digest('hex')}`;
  }
}

export function filesOf({ name = 'app', version, appVersion, files }: ChartFiles): Map<string, string> {
  const head = `apiVersion: v2\nname: ${name}\nversion: ${version}\n${appVersion ? `appVersion: ${appVersion}\n` : ''}`;
  const all = { 'Chart.yaml': head, ...files };
  return new Map(Object.entries(all).map(([path, text]) => [`${name}/${path}`, text]));
}
