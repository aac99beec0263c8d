import type { HelmRelease } from '@millrace/api';
import type { JsonObject } from '@millrace/json';
import { delay, isNotFound, type KubeClient, type KubeObject, keyOf, type ObjectRef } from '@millrace/kube';
import { type Resource, recordsIn, resourcesIn } from '@millrace/releases';
import type { Title } from './shop.ts';

const as = { as: 'own', fieldManager: 'lives' } as const;
const patience = 120_000;
/** What a label can never be: the API refuses every object that bears it. */
const unfit = 'fits no label!';

/** What happened to one chart: what was wrong at which step; nothing where all went as it should. */
export interface Life {
  title: Title;
  objects: number;
  wrong: string[];
  /** What is there after the end, and was not there before. */
  left: string[];
}

/** @param repository the HelmRepository, in a namespace of its own */
export async function play(title: Title, repository: ObjectRef, client: KubeClient): Promise<Life> {
  const namespace = `life-${title.name}`;
  const release: ObjectRef = {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    namespace,
    name: title.name,
  };
  const life: Life = { title, objects: 0, wrong: [], left: [] };
  const scene = new Scene(client, release);
  const write = (version: string, beside: JsonObject = {}) =>
    client.apply(asKube(release, { ...specFor(title, version, repository), ...beside }), {
      ...as,
      force: true,
    });
  const [first, ...later] = title.versions;
  const before = await everything(client);
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, as);

  const steps: [string, () => Promise<unknown>][] = [
    [`install ${first}`, async () => scene.deployed(first!, await write(first!))],
    ...later.map((version): [string, () => Promise<unknown>] => [
      `upgrade to ${version}`,
      async () => {
        const former = await scene.resources();
        await scene.deployed(version, await write(version));
        await scene.leftBehind(former);
      },
    ]),
    ['drift', () => scene.drift()],
    [
      'a failing upgrade',
      async () => {
        const version = title.versions.at(-1)!;
        const good = await scene.resources();
        await scene.rolledBack(await write(version, { postRenderers: [spoiling(good.at(-1)!)] }));
        await scene.complete();
        await scene.deployed(version, await write(version));
      },
    ],
  ];
  let at = '';
  try {
    for (const [step, act] of steps) {
      at = step;
      await act();
      life.objects = (await scene.resources()).length;
    }
  } catch (error) {
    life.wrong.push(`${at}: ${error instanceof Error ? error.message : error}`);
  }
  try {
    await client.delete(release, as);
    await scene.until(`${title.name} is uninstalled`, async () => !(await scene.get(release)));
    await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, as);
    const ns: ObjectRef = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
    life.left.push(...(await newSince(before, client)));
    await scene.until('the namespace is gone', async () => !(await scene.get(ns)));
  } catch (error) {
    life.wrong.push(`uninstall: ${error instanceof Error ? error.message : error}`);
  }
  return life;
}

function specFor({ name, values }: Title, version: string, repository: ObjectRef): JsonObject {
  const { kind, name: from, namespace } = repository;
  return {
    interval: '1h',
    timeout: '60s',
    chart: { spec: { chart: name, version, sourceRef: { kind, name: from, namespace: namespace! } } },
    values,
    driftDetection: { mode: 'enabled' },
    install: { remediation: { retries: 0 } },
    upgrade: { remediation: { retries: 0, remediateLastFailure: true } },
  };
}

const asKube = ({ apiVersion, kind, name, namespace = '' }: ObjectRef, spec: JsonObject): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  spec,
});

function spoiling({ ref: { kind, name } }: Resource): JsonObject {
  const patch = JSON.stringify({ kind, metadata: { name, labels: { unfit } } });
  return { kustomize: { patches: [{ target: { kind, name }, patch }] } };
}

/** One release, and what there is of it in the cluster. */
class Scene {
  readonly #client: KubeClient;
  readonly #release: ObjectRef;

  constructor(client: KubeClient, release: ObjectRef) {
    this.#client = client;
    this.#release = release;
  }

  async resources(): Promise<Resource[]> {
    const namespace = this.#release.namespace!;
    const history = await recordsIn({ client: this.#client, as: 'own', namespace }).history(
      this.#release.name,
    );
    const last = history.findLast(({ info }) => info.status === 'deployed') ?? history.at(-1);
    return last ? resourcesIn(last.manifest, { client: this.#client, namespace }) : [];
  }

  get(ref: ObjectRef): Promise<KubeObject | undefined> {
    return this.#client.get<KubeObject>(ref, { as: 'own' }).catch(error => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
  }

  async until(what: string, test: () => Promise<boolean>, otherwise = async () => ''): Promise<void> {
    for (const end = Date.now() + patience; !(await test()); await delay(100))
      if (Date.now() > end) throw new Error(`it did not come about that ${what} ${await otherwise()}`);
  }

  /** The release is ready as it was written last, and of this version. */
  async deployed(version: string, { object }: { object: KubeObject }): Promise<void> {
    await this.#settled(object);
    const { status } = await this.#read();
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status !== 'True') throw new Error(`${ready?.reason}: ${ready?.message}`);
    const latest = status?.history?.[0];
    if (latest?.status !== 'deployed' || latest.chartVersion.split('+')[0] !== version.split('+')[0])
      throw new Error(`it is ${latest?.status} in version ${latest?.chartVersion}`);
    await this.complete();
  }

  /** The last upgrade failed, and what was before it stands again. */
  async rolledBack({ object }: { object: KubeObject }): Promise<void> {
    await this.#settled(object);
    const { status } = await this.#read();
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status !== 'False' || status?.history?.[0]?.status !== 'deployed')
      throw new Error(`${ready?.reason}: ${ready?.message}; the release is ${status?.history?.[0]?.status}`);
    if (!status.conditions?.some(({ reason }) => reason === 'RollbackSucceeded'))
      throw new Error(`nothing was rolled back: ${ready.reason}: ${ready.message}`);
  }

  /** Every object of the manifest is there. */
  async complete(): Promise<void> {
    for (const { ref } of await this.resources())
      if (!(await this.get(ref))) throw new Error(`${ref.kind}/${ref.name} is not there`);
  }

  /** What a former version had and this one has not is gone, but for what is to be kept. */
  async leftBehind(former: Resource[]): Promise<void> {
    const now = new Set((await this.resources()).map(({ ref }) => keyOf(ref)));
    for (const { ref, object } of former) {
      const kept = object.metadata.annotations?.['helm.sh/resource-policy'] === 'keep';
      if (now.has(keyOf(ref)) || kept) continue;
      await this.until(`${ref.kind}/${ref.name} is gone`, async () => !(await this.get(ref)));
    }
  }

  /** One object is changed by hand and another deleted, and both are put back. */
  async drift(): Promise<void> {
    const resources = await this.resources();
    const changed = resources.findLast(({ object }) => Object.keys(object.metadata.labels ?? {}).length > 0);
    const labels = changed?.object.metadata.labels;
    if (changed && labels) {
      const [key = ''] = Object.keys(labels);
      await this.#client.patch(changed.ref, 'merge', { metadata: { labels: { [key]: 'drifted' } } }, as);
      const back = async () => (await this.get(changed.ref))?.metadata.labels?.[key] === labels[key];
      await this.until(`${changed.ref.kind}/${changed.ref.name} is put back`, back);
    }
    const deleted = resources.find(({ object }) => object !== changed?.object)?.ref;
    if (deleted) {
      const { uid } = (await this.get(deleted))!.metadata;
      await this.#client.delete(deleted, as);
      await this.until(`${deleted.kind}/${deleted.name} is made again`, async () => {
        const found = await this.get(deleted);
        return found !== undefined && found.metadata.uid !== uid && !found.metadata.deletionTimestamp;
      });
    }
    const ready = async () => (await this.#ready())?.status === 'True';
    await this.until('the release is ready again', ready, () => this.#told());
  }

  async #read(): Promise<HelmRelease> {
    return this.#client.get<HelmRelease>(this.#release, { as: 'own' });
  }

  async #ready() {
    return (await this.#read()).status?.conditions?.find(({ type }) => type === 'Ready');
  }

  async #told(): Promise<string> {
    return JSON.stringify((await this.#read()).status?.conditions);
  }

  /** What was written has been acted on, well or badly. */
  #settled({ metadata: { generation } }: KubeObject): Promise<void> {
    return this.until(
      `generation ${generation} is acted on`,
      async () => {
        const { status } = await this.#read();
        const ready = status?.conditions?.find(({ type }) => type === 'Ready');
        const busy = status?.conditions?.some(
          ({ type, status: is }) => type === 'Reconciling' && is === 'True',
        );
        return (
          !busy &&
          status?.observedGeneration === generation &&
          ready !== undefined &&
          ready.status !== 'Unknown'
        );
      },
      () => this.#told(),
    );
  }
}

/** Every object that the cluster has, by kind and name, but for what comes and goes by itself. */
async function everything(client: KubeClient): Promise<Set<string>> {
  const names = new Set<string>();
  for (const { group, version, kind, verbs } of await client.discovery.all()) {
    if (!verbs.includes('list') || !verbs.includes('get') || passing.has(kind) || group === 'metrics.k8s.io')
      continue;
    const { items } = await client.listAll(group ? `${group}/${version}` : version, kind, {
      as: 'own',
      metadataOnly: true,
    });
    for (const { metadata } of items)
      names.add(`${kind}${group && `.${group}`} ${metadata.namespace ?? ''}/${metadata.name}`);
  }
  return names;
}

const passing = new Set([
  'Event',
  'Lease',
  'ComponentStatus',
  'PodMetrics',
  'Pod',
  'EndpointSlice',
  'Endpoints',
  // Those of custom resources come with their definitions.
  'APIService',
]);
/** What every namespace has from its first moment. */
const native = /^(Namespace|ServiceAccount \S+\/default|ConfigMap \S+\/kube-root-ca.crt)( |$)/;

async function newSince(before: Set<string>, client: KubeClient): Promise<string[]> {
  client.discovery.invalidate();
  return [...(await everything(client))].filter(name => !before.has(name) && !native.test(name));
}
