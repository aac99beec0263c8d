import { type Artifact, type ArtifactGenerator, type ExternalArtifact, names } from '@millrace/api';
import { digestOf } from '@millrace/artifact';
import {
  type EventNote,
  Failed,
  findCondition,
  type Operation,
  type Outcome,
  type Visit,
} from '@millrace/controller';
import type { JsonObject } from '@millrace/json';
import { keyOf } from '@millrace/kube';
import { build, failed, ownerOf } from './build.ts';
import type { Built, Deps } from './deps.ts';
import { collect, externalOf, listed, publish } from './external-artifacts.ts';
import { originRevision, reconcileAnnotation } from './names.ts';
import { digestOfSources, type Observed, observe, originOf } from './observe.ts';
import { validate } from './validate.ts';

type Inventory = NonNullable<NonNullable<ArtifactGenerator['status']>['inventory']>;

/** Milliseconds until what nobody has told of is looked for. */
const interval = 3600_000;

/** Offer parts of sources as artifacts of their own. Nothing is made while no source, no object and no file is another. */
export async function reconcile(generator: ArtifactGenerator, visit: Visit, on: Deps): Promise<Outcome> {
  const key = keyOf(generator.metadata);
  on.waitFor(key, on.external(), 'the list of ExternalArtifact');
  if (isDisabled(generator)) return disabled(generator);
  validate(generator, on.crossNamespaceRefs);
  const observed = await observe(generator, on);
  const sources = digestOfSources(observed);
  if (await isCurrent(generator, observed, on)) return { kind: 'unchanged', requeueAfter: interval };
  const operation: Operation<Built[]> = {
    inputs: digestOf(Buffer.from(JSON.stringify([generator.metadata.uid, generator.spec, observed]))),
    request: '',
    host: 'artifacts',
    timeout: on.timeout,
    work: (signal, say) => {
      say('Reconciliation in progress');
      return build(generator, observed, on, signal);
    },
  };
  const { result } = on.operations.outcome(key, operation, doing => visit.progress(doing));
  if ('error' in result) throw told(result.error, result.timedOut);
  return offer(generator, result.value, observed, sources, on);
}

/** Tell of all that was made, and of nothing else. */
async function offer(
  generator: ArtifactGenerator,
  built: Built[],
  observed: Observed[],
  sources: string,
  on: Deps,
): Promise<Outcome> {
  const { namespace = '' } = generator.metadata;
  const inventory: Inventory = [];
  const revisions: string[] = [];
  for (const one of built) {
    const { digest, path, revision }: Artifact = await publish(generator, one, observed, on);
    revisions.push(revision);
    inventory.push({ digest, filename: path.slice(path.lastIndexOf('/') + 1), name: one.name, namespace });
    await on.storage.collect(ownerOf(namespace, one.name), path);
  }
  await collect(
    generator,
    inventory.map(({ name }) => name),
    on,
  );
  const message = `reconciliation succeeded, generated ${inventory.length} artifact(s)`;
  return {
    kind: 'ready',
    reason: 'Succeeded',
    message,
    requeueAfter: interval,
    status: { inventory: inventory as unknown as JsonObject[], observedSourcesDigest: sources },
    events: notes(generator, inventory, revisions, message),
  };
}

/** Of those that are new, or have another content; to whoever looks at the generator, of each by itself, and of the end. */
function notes(
  { status }: ArtifactGenerator,
  inventory: Inventory,
  revisions: string[],
  end: string,
): EventNote[] {
  const isKnown = ({ name, namespace, digest }: Inventory[number]) =>
    status?.inventory?.some(one => one.name === name && one.namespace === namespace && one.digest === digest);
  const changed = inventory
    .map((one, i) => ({ ...one, revision: revisions[i] }))
    .filter(one => !isKnown(one));
  const reason = 'Ready';
  const traced = changed.map(
    ({ namespace, name, revision }) =>
      `ExternalArtifact/${namespace}/${name} reconciled with revision ${revision}`,
  );
  const lines = changed.map(({ namespace, name, digest }) => `${namespace}/${name} (${digest})`);
  return [
    ...[...traced, end].map(message => ({ severity: 'trace' as const, reason, message })),
    ...(changed.length === 0
      ? []
      : [
          {
            severity: 'info' as const,
            reason,
            message: `external artifacts reconciled: ${lines.join('\n')}`,
          },
        ]),
  ];
}

/** What was made last is what there would be, and is all there. */
async function isCurrent(generator: ArtifactGenerator, observed: Observed[], on: Deps): Promise<boolean> {
  const { metadata, spec, status } = generator;
  const ready = findCondition(status?.conditions, names.ready);
  const { inventory = [] } = status ?? {};
  if (ready?.status !== 'True' || ready.observedGeneration !== metadata.generation) return false;
  if (status?.observedSourcesDigest !== digestOfSources(observed)) return false;
  if (!spec.pathPattern && inventory.length !== spec.artifacts.length) return false;
  for (const { namespace, name, filename, digest } of inventory)
    if (!(await on.storage.verify(pathOf(namespace, name, filename), digest))) return false;
  // The watch may not have shown yet what we have written ourselves.
  const areTold = (objects: ExternalArtifact[]) =>
    isTold(inventory, objects, on) && objects.every(one => saysOrigin(one, generator, observed));
  return areTold(externalOf(generator, on)) || areTold(await listed(generator, on));
}

/** A source that is an ExternalArtifact may come from elsewhere now, and be what it was. */
function saysOrigin(
  { metadata, status }: ExternalArtifact,
  { spec }: ArtifactGenerator,
  observed: Observed[],
): boolean {
  const said = status?.artifact?.metadata?.[originRevision];
  // With a pattern their names are not those of the spec.
  const makers = spec.artifacts.filter(({ name }) => spec.pathPattern || name === metadata.name);
  return makers.some(one => originOf(one.originRevision, observed) === said);
}

const pathOf = (namespace: string, name: string, filename: string) =>
  `externalartifact/${namespace}/${name}/${filename}`;

/** The cluster has all of them, and no more. */
function isTold(inventory: Inventory, objects: ExternalArtifact[], on: Deps): boolean {
  const isOne = ({ namespace, name, filename, digest }: Inventory[number]) => {
    const artifact = objects.find(one => one.metadata.name === name)?.status?.artifact;
    return (
      artifact?.digest === digest && artifact.url === on.storage.urlOf(pathOf(namespace, name, filename))
    );
  };
  return objects.length === inventory.length && inventory.every(isOne);
}

export function isDisabled({ metadata }: Pick<ArtifactGenerator, 'metadata'>): boolean {
  return metadata.annotations?.[reconcileAnnotation]?.toLowerCase() === 'disabled';
}

/** What is so stays so; of an object that was never looked at it is said why. */
function disabled({ status }: ArtifactGenerator): Outcome {
  if (findCondition(status?.conditions, names.ready)) return { kind: 'unchanged' };
  const message = 'Initialized with reconciliation suspended';
  return { kind: 'ready', reason: 'ReconciliationDisabled', message };
}

function told(error: unknown, timedOut: boolean): Failed {
  if (error instanceof Failed) return error;
  const said = timedOut ? 'it took too long' : error instanceof Error ? error.message : String(error);
  return failed('BuildFailed', `build failed: ${said}`, error);
}
