import type { Kustomization } from '@millrace/api';
import { Failed } from '@millrace/controller';
import { isObject } from '@millrace/json';
import { asJson, display, isForbidden, isNotFound, type KubeObject, refOf } from '@millrace/kube';
import { type Builder, sourceOf } from '@millrace/kustomize-controller/rendering';
import { masked, secretsGently, secretsIn } from '@millrace/masking';
import {
  type Choice,
  type Choices,
  type Found,
  type ObjectPair,
  type PreviewOf,
  pairsBetween,
} from '@millrace/web';
import { CliError } from '../cli-error.ts';
import { goneFrom } from '../kustomization/diff.ts';
import { type Drift, driftContext, driftOf } from '../kustomization/drift.ts';
import { parsed } from '../kustomization/kustomization-named.ts';
import { appliedBy, sourcesOf, variablesIn } from '../kustomization/render.ts';
import { artifactOf, type Trees } from './trees.ts';

export interface KustomizationTools {
  builder: Builder;
  trees: Trees;
}

/** What is in the cluster, in the place of a revision. */
export const live = 'live';

/** Milliseconds that a build may take; objects that are tried at once, and in all. */
const most = { build: 60_000, atOnce: 8, tried: 10_000, deleted: 100 };

/** The revisions that a Kustomization can be compared in, the newest first. */
export async function choicesOf(of: PreviewOf, trees: Trees): Promise<Choices> {
  const ks = parsed(of.object);
  const source = await readSource(ks, of);
  const newest = artifactOf(source)?.revision;
  const applied = ks.status?.lastAppliedRevision;
  const known = [newest, applied, ...pastOf(ks)].filter(one => one !== undefined && one !== '');
  const revisions: Choice[] = [];
  for (const revision of new Set(known)) {
    const lost = await trees.lost(source, revision!, { ...of, warn() {} });
    const marks = [revision === applied && 'applied', revision === newest && 'newest'].filter(Boolean);
    const label = marks.length > 0 ? `${revision} (${marks.join(', ')})` : revision!;
    revisions.push({ name: revision!, label, ...(lost === undefined ? {} : { lost }) });
  }
  const isPending = newest !== undefined && newest !== applied;
  return {
    before: [{ name: live, label: 'what is live' }, ...revisions],
    after: revisions,
    ...(isPending ? { pending: newest } : {}),
  };
}

function pastOf({ status }: Kustomization): string[] {
  return (status?.history ?? []).flatMap(({ metadata }) => metadata?.revision ?? []);
}

/** What a revision would change in the cluster, or what is other in it than in another one. Throws CliError. */
export async function compareKustomization(
  of: PreviewOf,
  { before, after }: { before: string; after: string },
  tools: KustomizationTools,
): Promise<Found> {
  const ks = parsed(of.object);
  const source = await readSource(ks, of);
  const built = await buildAt(ks, source, after, of, tools);
  if (before === live) return againstLive(ks, built, of);
  const old = await buildAt(ks, source, before, of, tools);
  const objects = [...old.objects, ...built.objects];
  const secrets = await secretsGently([...built.secrets, ...objects.filter(isSecret)]);
  return { ...pairsBetween(old.objects.map(asJson), built.objects.map(asJson)), secrets, notes: built.notes };
}

const isSecret = ({ kind }: KubeObject) => kind === 'Secret';

/** The source of a Kustomization, as the viewer may see it. Throws CliError. */
export const sourceFor = (of: PreviewOf): Promise<KubeObject> => readSource(parsed(of.object), of);

async function readSource(ks: Kustomization, { viewer, signal }: PreviewOf): Promise<KubeObject> {
  const { apiVersion, kind, key } = sourceOf(ks);
  const [namespace = '', name = ''] = key.split('/');
  try {
    return await viewer.client.get({ apiVersion, kind, namespace, name }, { as: viewer.as, signal });
  } catch (error) {
    if (isNotFound(error)) throw new CliError(`its source ${kind} ${key} is not there`, { cause: error });
    if (isForbidden(error)) throw new CliError(`you may not see its source ${kind} ${key}`, { cause: error });
    throw error;
  }
}

interface BuiltRevision {
  objects: KubeObject[];
  /** Those that variables come from. */
  secrets: KubeObject[];
  notes: string[];
}

/** Only revisions that the object or its source tell of: a viewer asks for no commit by its name. */
function requireKnown(ks: Kustomization, source: KubeObject, revision: string): void {
  const known = [artifactOf(source)?.revision, ks.status?.lastAppliedRevision, ...pastOf(ks)];
  if (!known.includes(revision))
    throw new CliError(`${revision.slice(0, 200)} is no revision of ${ks.metadata.name} that is known`);
}

async function buildAt(
  ks: Kustomization,
  source: KubeObject,
  revision: string,
  { viewer: { client, as }, signal }: PreviewOf,
  { builder, trees }: KustomizationTools,
): Promise<BuiltRevision> {
  requireKnown(ks, source, revision);
  const notes: string[] = [];
  const place = { client, as, signal, warn: (note: string) => notes.push(note) };
  const sources = await sourcesOf(ks, place);
  const tree = await trees.open(source, revision, { viewer: { client, as }, signal, warn: place.warn });
  const { spec } = ks;
  const task = { tree, spec, variables: variablesIn(ks, sources), strict: false };
  const options = { group: `web ${JSON.stringify(as)}`, timeout: most.build, signal };
  const built = await builder.build(task, options).catch(cause => {
    signal.throwIfAborted();
    if (!(cause instanceof Failed)) throw cause;
    throw new CliError(masked(cause.message, secretsIn(sources.filter(isSecret))), { cause });
  });
  const objects = appliedBy(ks, built.objects.map(asJson));
  return { objects, secrets: sources.filter(isSecret), notes: [...notes, ...built.warnings] };
}

/** As `diff kustomization`: a dry run of each object, in the name of the viewer. */
async function againstLive(
  ks: Kustomization,
  { objects, secrets, notes }: BuiltRevision,
  { viewer, signal }: PreviewOf,
): Promise<Found> {
  if (ks.spec.kubeConfig)
    throw new CliError(
      'its objects are in another cluster: two revisions can be compared, the live state cannot',
    );
  const seen = [...secrets, ...objects.filter(isSecret)];
  const place = { ...viewer, signal, warn: (note: string) => notes.push(note) };
  const on = driftContext(ks, place, secret => seen.push(secret));
  const pairs: ObjectPair[] = [];
  let same = 0;
  const tried = objects.slice(0, most.tried);
  for (let i = 0; i < tried.length; i += most.atOnce) {
    const some = tried.slice(i, i + most.atOnce);
    const drifts = await Promise.all(some.map(object => driftOf(object, on)));
    for (const [j, drift] of drifts.entries()) {
      const pair = pairOf(some[j]!, drift);
      if (pair) pairs.push(pair);
      else same++;
    }
  }
  for (const [i, ref] of goneFrom({ kustomization: ks, objects }).entries()) {
    const gone = i < most.deleted ? await readable(ref, place) : undefined;
    if (gone && isSecret(gone)) seen.push(gone);
    pairs.push({ object: display(ref), action: 'deleted', ...(gone ? { before: withoutMarks(gone) } : {}) });
  }
  return { pairs, same, left: objects.length - tried.length, notes, secrets: await secretsGently(seen) };
}

function pairOf(object: KubeObject, drift: Drift): ObjectPair | undefined {
  const name = display(refOf(object));
  switch (drift.action) {
    case 'unchanged':
      return undefined;
    case 'created':
      return { object: name, action: 'created', after: asJson(object) };
    case 'drifted':
      return { object: name, action: 'changed', before: drift.before, after: drift.after };
    case 'skipped':
      return { object: name, action: 'skipped', problem: 'it asks to be left as it is' };
    case 'failed':
      return { object: name, action: 'failed', problem: drift.problem };
  }
}

type Place = Parameters<typeof sourcesOf>[1];

async function readable(ref: ReturnType<typeof refOf>, { client, as, signal }: Place) {
  return client?.get(ref, { as, signal }).catch(() => {
    signal.throwIfAborted();
    return undefined;
  });
}

/** What the server keeps by itself is not read by anybody. */
function withoutMarks(object: KubeObject) {
  const { metadata, status: _, ...rest } = asJson(object);
  const { managedFields, resourceVersion, generation, uid, creationTimestamp, ...marks } = isObject(metadata)
    ? metadata
    : {};
  return { ...rest, metadata: marks };
}
