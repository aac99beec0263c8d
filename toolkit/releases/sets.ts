import { isNotFound, type KubeObject, NoMatchError } from '@millrace/kube';
import type { ReleaseContext } from './context.ts';
import { messageOf, ReleaseError } from './release-error.ts';
import { keyOfRef, type Resource } from './resource.ts';
import { type ChangeMode, changeOne, createOne, type WriteMode } from './write.ts';

/** How a deletion reaches what an object owns. */
export type Propagation = 'Background' | 'Foreground' | 'Orphan';

/** Make all of them. Those of a kind that follow each other are made at once; all are tried, whatever fails. */
export async function createAll(resources: Resource[], mode: WriteMode, on: ReleaseContext): Promise<void> {
  await throughKinds(resources, on, resource => createOne(resource, mode, on));
}

/** Delete all of them. What is gone is gone. Throws ReleaseError with all problems in it. */
export async function deleteAll(
  resources: Resource[],
  propagation: Propagation,
  on: ReleaseContext,
): Promise<void> {
  await throughKinds(resources, on, resource => deleteOne(resource, propagation, on));
}

async function deleteOne({ ref }: Resource, propagation: Propagation, on: ReleaseContext): Promise<void> {
  const { client, as, signal } = on;
  await client.delete(ref, { propagation, as, signal }).catch(error => {
    // With its definition, which may go first, an object goes too.
    if (!isNotFound(error) && !(error instanceof NoMatchError)) throw error;
  });
}

async function throughKinds(
  resources: Resource[],
  { signal }: ReleaseContext,
  work: (resource: Resource) => Promise<void>,
): Promise<void> {
  const problems: unknown[] = [];
  for (const run of runsOfKinds(resources)) {
    signal.throwIfAborted();
    const ended = await Promise.allSettled(run.map(work));
    for (const end of ended) if (end.status === 'rejected') problems.push(end.reason);
  }
  signal.throwIfAborted();
  if (problems.length > 0) throw new ReleaseError(problems.map(messageOf).join('\n'), { cause: problems[0] });
}

function runsOfKinds(resources: Resource[]): Resource[][] {
  const runs: Resource[][] = [];
  for (const resource of resources) {
    const run = runs.at(-1);
    if (run?.[0]?.ref.kind === resource.ref.kind) run.push(resource);
    else runs.push([resource]);
  }
  return runs;
}

/** What became of the objects of a release. */
export interface Changed {
  created: Resource[];
}

/**
 * Bring the cluster from what the release had before to what it has now: make what is new, change what is there, and
 * delete what is no longer named, unless it is to be kept. Throws UpdateFailed, which says what was made before it.
 *
 * Rule: Update in pkg/kube of helm v4.3.1
 */
export async function updateAll(
  before: Resource[],
  after: Resource[],
  mode: ChangeMode,
  on: ReleaseContext,
): Promise<Changed> {
  const changed: Changed = { created: [] };
  if (mode.serverSide && mode.replace)
    throw new ReleaseError('invalid operation: cannot use server-side apply and force replace together');
  const olds = new Map(before.map(resource => [keyOfRef(resource.ref), resource]));
  const problems: unknown[] = [];
  for (const resource of after) {
    on.signal.throwIfAborted();
    const problem = await bringAbout(resource, olds.get(keyOfRef(resource.ref)), mode, changed, on);
    if (problem) problems.push(problem);
  }
  if (problems.length === 0) {
    const names = new Set(after.map(({ ref }) => keyOfRef(ref)));
    const gone = before.filter(({ ref }) => !names.has(keyOfRef(ref)));
    for (const resource of gone) {
      const problem = await removeUnlessKept(resource, on);
      if (problem) problems.push(problem);
    }
  }
  on.signal.throwIfAborted();
  if (problems.length === 0) return changed;
  throw new UpdateFailed(problems.map(messageOf).join(' && '), changed, { cause: problems[0] });
}

/** The objects of a release could not all be changed. */
export class UpdateFailed extends ReleaseError {
  override readonly name = 'UpdateFailed';
  readonly changed: Changed;

  constructor(message: string, changed: Changed, options: ErrorOptions) {
    super(message, options);
    this.changed = changed;
  }
}

/** What cannot be looked at or made ends the work; what cannot be changed does not, and is given back. */
async function bringAbout(
  resource: Resource,
  old: Resource | undefined,
  mode: ChangeMode,
  changed: Changed,
  on: ReleaseContext,
): Promise<unknown> {
  const fail = (doing: string, cause: unknown) => {
    on.signal.throwIfAborted();
    throw new UpdateFailed(`${doing}: ${messageOf(cause)}`, changed, { cause });
  };
  const { client, as, signal } = on;
  const live: KubeObject | undefined = resource.ref.name
    ? await client.get(resource.ref, { as, signal }).catch(error => {
        return isNotFound(error) ? undefined : fail('could not get information about the resource', error);
      })
    : undefined;
  if (!live) {
    changed.created.push(resource);
    await createOne(resource, mode, on).catch(error => fail('failed to create resource', error));
    return undefined;
  }
  try {
    await changeOne(old?.object ?? live, resource, mode, on);
    return undefined;
  } catch (error) {
    on.signal.throwIfAborted();
    return error;
  }
}

/** `helm.sh/resource-policy: keep`, as it stands in the cluster. */
async function removeUnlessKept(resource: Resource, on: ReleaseContext): Promise<unknown> {
  const { client, as, signal } = on;
  const live = await client.get(resource.ref, { as, signal }).catch(() => undefined);
  signal.throwIfAborted();
  if (!live || live.metadata.annotations?.['helm.sh/resource-policy'] === 'keep') return undefined;
  try {
    await deleteOne(resource, 'Background', on);
    return undefined;
  } catch (cause) {
    const { namespace = '', name, kind } = resource.ref;
    return new ReleaseError(
      `failed to delete resource namespace=${namespace}, name=${name}, kind=${kind}: ${messageOf(cause)}`,
      { cause },
    );
  }
}
