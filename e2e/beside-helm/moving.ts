import type { JsonObject } from '@millrace/json';
import { delay, type KubeClient, type KubeObject, type ObjectRef } from '@millrace/kube';
import type { ArtifactServer } from '../beside/archives.ts';
import { inventoryOf, person } from '../beside/scene.ts';
import { recordsIn } from './records.ts';
import type { ChartFiles, Scenario } from './scenario.ts';
import { filesOf } from './stage.ts';

/** What a controller has left of a scenario: all that another one needs to go on from there. */
export interface Belongings {
  scenario: string;
  release: KubeObject;
  source: KubeObject;
  /** Records of the release, and its objects. */
  objects: KubeObject[];
}

/** Scenarios after which somebody else takes over. */
export const moved = ['hooks', 'tests', 'oci', 'upgrade-rolled-back-once', 'client-side', 'drift'];

const releases = 'helm.toolkit.fluxcd.io/v2';

export async function belongingsOf({ name, source }: Scenario, client: KubeClient): Promise<Belongings> {
  const namespace = `s-${name}`;
  const kind = source === 'OCIRepository' ? 'OCIRepository' : 'HelmChart';
  const get = (ref: ObjectRef) => client.get(ref, { as: 'own' });
  const release = await get({ apiVersion: releases, kind: 'HelmRelease', namespace, name: 'app' });
  const records = (await recordsIn(client, namespace)).map(({ secret }) => secret);
  const objects = await Promise.all(inventoryOf(release).map(get));
  return {
    scenario: name,
    release: plain(release),
    source: plain(await get({ apiVersion: 'source.toolkit.fluxcd.io/v1', kind, namespace, name: 'chart' })),
    objects: [...records.map(secret => ({ ...secret, apiVersion: 'v1', kind: 'Secret' })), ...objects].map(
      plain,
    ),
  };
}

/** Without what the server says of it, addresses among it. */
function plain({ metadata, ...others }: KubeObject): KubeObject {
  const { clusterIP, clusterIPs, ...spec } = (others.spec ?? {}) as JsonObject;
  const rest = others.kind === 'Service' ? { ...others, spec } : others;
  const { uid, resourceVersion, creationTimestamp, generation, managedFields, ...kept } = metadata;
  return { ...rest, metadata: kept } as KubeObject;
}

/** What became of a release under its new controller. */
export interface MovedIn {
  before: JsonObject[];
  after: JsonObject[];
  ready: string;
  records: string[];
  events: string[];
}

/**
 * Bring what one controller has left to a cluster where another one runs, and ask that one to look at it.
 * @param chart what the source offered last
 */
export async function moveIn(
  { release, source, objects }: Belongings,
  chart: ChartFiles,
  { client, artifacts }: { client: KubeClient; artifacts: ArtifactServer },
): Promise<MovedIn> {
  const { namespace = '' } = release.metadata;
  const ref = { apiVersion: releases, kind: 'HelmRelease', namespace, name: 'app' };
  const create = async (object: KubeObject) => void (await client.create(object, person));
  const tell = (object: KubeObject, status: unknown) =>
    client.patch(
      { apiVersion: object.apiVersion, kind: object.kind, namespace, name: object.metadata.name },
      'merge',
      { status } as JsonObject,
      { ...person, subresource: 'status' },
    );
  await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const { status: offered, ...offer } = source as KubeObject & { status: { artifact: object } };
  await create(offer as KubeObject);
  const stored = await artifacts.put(filesOf(chart));
  await tell(source, { ...offered, observedGeneration: 1, artifact: { ...offered.artifact, ...stored } });
  for (const object of objects) await create(object);
  const { status, spec, ...rest } = release as KubeObject & { status: JsonObject; spec: JsonObject };
  const metadata = { ...rest.metadata, annotations: {} };
  await create({ ...rest, metadata, spec: { ...spec, suspend: true } } as KubeObject);
  await delay(500); // it has been seen while it is suspended
  await tell(release, status);
  const patch = {
    metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 'now' } },
    spec: { suspend: false },
  };
  await client.patch(ref, 'merge', patch, person);
  const seen = async () => (await client.get<KubeObject & { status: Status }>(ref, { as: 'own' })).status;
  const end = Date.now() + 30_000;
  while ((await seen()).lastHandledReconcileAt !== 'now' && Date.now() < end) await delay(50);
  const now = await seen();
  const { items } = await client.listAll<KubeObject & { reason: string; involvedObject: { kind: string } }>(
    'v1',
    'Event',
    { namespace, as: 'own' },
  );
  return {
    before: status.history as JsonObject[],
    after: now.history,
    ready: now.conditions.find(({ type }) => type === 'Ready')?.message ?? '',
    records: (await recordsIn(client, namespace)).map(({ secret }) => secret.metadata.name).sort(),
    events: items
      .filter(({ involvedObject }) => involvedObject.kind === 'HelmRelease')
      .map(({ reason }) => reason),
  };
}

interface Status {
  history: JsonObject[];
  conditions: { type: string; message: string }[];
  lastHandledReconcileAt?: string;
}
