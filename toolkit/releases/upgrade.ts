import {
  checkReleaseName,
  coalesceTables,
  coalesceValues,
  type Release,
  restoredChart,
  type Values,
} from '@millrace/helm';
import { capabilitiesOf } from './capabilities.ts';
import type { ReleaseContext } from './context.ts';
import { Draft } from './draft.ts';
import { runHooks } from './hooks.ts';
import { type DeployOptions, refusePending } from './install.ts';
import { owned, toBeAdopted } from './ownership.ts';
import { messageOf, ReleaseError } from './release-error.ts';
import { render } from './render.ts';
import { keyOfRef, type Resource, resourcesIn } from './resource.ts';
import { deleteAll, UpdateFailed, updateAll } from './sets.ts';

/** What becomes of the values that the release has. */
export type OldValues = 'reset' | 'reuse' | 'reset-then-reuse' | 'reuse-if-none';

export interface UpgradeOptions extends DeployOptions {
  /** `auto`: as the release was applied before. */
  serverSide: boolean | 'auto';
  forceReplace: boolean;
  oldValues: OldValues;
  /** Delete what was made, where the upgrade fails. */
  cleanupOnFail: boolean;
}

/**
 * Bring a release to another chart or other values. Throws what went wrong; from the moment that the new revision is
 * recorded, the record says so too.
 *
 * Rule: Upgrade in pkg/action of helm v4.3.1
 */
export async function upgrade(options: UpgradeOptions, on: ReleaseContext): Promise<Release> {
  const { name, chart } = options;
  const { last, current } = await releasesOf(name, on);
  const { values, defaults } = valuesFor(options, current);
  const serverSide = options.serverSide === 'auto' ? last.applyMethod === 'ssa' : options.serverSide;
  const version = last.version + 1;
  const { namespace } = current;
  const rendered = await render(
    chart,
    {
      values,
      ...(defaults && { defaults }),
      release: { name, namespace, revision: version, isUpgrade: true },
      capabilities: await capabilitiesOf(on.client),
      ...(options.skipSchemaValidation && { skipSchemaValidation: true }),
    },
    on,
  );
  const { firstDeployed } = current.info;
  const release: Release = {
    name,
    namespace,
    version,
    info: {
      firstDeployed,
      lastDeployed: new Date().toISOString(),
      description: 'Preparing upgrade',
      status: 'pending-upgrade',
      rollbackRevision: 0,
      notes: rendered.notes,
    },
    chart: rendered.chart,
    config: values,
    manifest: rendered.manifest,
    hooks: rendered.hooks,
    applyMethod: serverSide ? 'ssa' : 'csa',
    labels: withoutNulls({ ...last.labels, ...options.labels }),
  };
  const { before, after } = await resourcesOf(current, release, options, on);
  if (options.dryRun)
    return {
      ...release,
      info: { ...release.info, description: options.description || 'Dry run complete' },
    };
  await on.records.create(release, options.maxHistory);
  const draft = new Draft(release, on);
  await perform(draft, current, before, after, serverSide, options, on);
  return draft.release;
}

/** The last revision, and the one whose objects are in the cluster. */
async function releasesOf(name: string, on: ReleaseContext): Promise<{ last: Release; current: Release }> {
  try {
    checkReleaseName(name);
  } catch (cause) {
    throw new ReleaseError(`release name is invalid: ${name}`, { cause });
  }
  const history = await on.records.history(name);
  const last = history.at(-1);
  const none = () => new ReleaseError(`"${name}" has no deployed releases`);
  if (!last) throw none();
  refusePending(last);
  const deployed = history.findLast(({ info }) => info.status === 'deployed');
  if (deployed) return { last, current: deployed };
  if (!['failed', 'superseded'].includes(last.info.status)) throw none();
  return { last, current: last };
}

/** Rule: reuseValues in pkg/action of helm v4.3.1 */
function valuesFor(
  { values, oldValues }: UpgradeOptions,
  { chart, config = {} }: Release,
): { values: Values; defaults?: Values } {
  switch (oldValues) {
    case 'reset':
      return { values };
    case 'reuse': {
      const defaults = chart ? coalesceValues(restoredChart(chart), config) : config;
      return { values: coalesceTables(values, config), defaults };
    }
    case 'reset-then-reuse':
      return { values: coalesceTables(values, config) };
    case 'reuse-if-none':
      return { values: Object.keys(values).length === 0 ? config : values };
  }
}

function withoutNulls(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== 'null'));
}

/** The objects before and after. Those that are new to the release and there already count as its own before. */
async function resourcesOf(
  current: Release,
  next: Release,
  options: UpgradeOptions,
  on: ReleaseContext,
): Promise<{ before: Resource[]; after: Resource[] }> {
  const built = await build(next.manifest, 'new', on);
  const before = await build(current.manifest, 'current', on);
  const after = owned(built, next);
  const known = new Set(before.map(({ ref }) => `${ref.apiVersion} ${keyOfRef(ref)}`));
  const fresh = after.filter(({ ref }) => !known.has(`${ref.apiVersion} ${keyOfRef(ref)}`));
  const adopted = await toBeAdopted(fresh, next, options.takeOwnership, on).catch(cause => {
    throw new ReleaseError(`unable to continue with update: ${messageOf(cause)}`, { cause });
  });
  return { before: [...before, ...adopted], after };
}

export async function build(
  manifest: string,
  which: 'new' | 'current',
  on: ReleaseContext,
): Promise<Resource[]> {
  return resourcesIn(manifest, on).catch(cause => {
    const problem = messageOf(cause);
    const isGone = which === 'current' && problem.includes('no matches for kind');
    throw new ReleaseError(
      isGone
        ? `current release manifest contains removed kubernetes api(s) for this kubernetes version and it is therefore unable to build the kubernetes objects for performing the diff. error from kubernetes: ${problem}`
        : `unable to build kubernetes objects from ${which} release manifest: ${problem}`,
      { cause },
    );
  });
}

async function perform(
  draft: Draft,
  current: Release,
  before: Resource[],
  after: Resource[],
  serverSide: boolean,
  options: UpgradeOptions,
  on: ReleaseContext,
): Promise<void> {
  const { timeout, forceConflicts, forceReplace, waitForJobs } = options;
  let created: Resource[] = [];
  const hooks = async (event: 'pre-upgrade' | 'post-upgrade') => {
    if (options.disableHooks) return;
    await runHooks(draft, event, { timeout, serverSide }, on).catch(cause => {
      throw new ReleaseError(`${event} hooks failed: ${messageOf(cause)}`, { cause });
    });
  };
  try {
    await hooks('pre-upgrade');
    const fromClientSide = serverSide && current.applyMethod !== 'ssa';
    const mode = { serverSide, forceConflicts, replace: forceReplace, fromClientSide };
    try {
      ({ created } = await updateAll(before, after, mode, on));
      await on.waiter.ready(after, { timeout, signal: on.signal, jobs: waitForJobs });
    } catch (error) {
      on.signal.throwIfAborted();
      await new Draft(current, on).record(); // as Helm does, though nothing of it has changed
      throw error;
    }
    await hooks('post-upgrade');
  } catch (error) {
    on.signal.throwIfAborted();
    if (error instanceof UpdateFailed) created = error.changed.created;
    await fail(draft, created, error, options, on);
  }
  const superseded = new Draft(current, on);
  superseded.become('superseded', current.info.description);
  await superseded.record();
  draft.become('deployed', options.description || 'Upgrade complete');
  await on.records.update(draft.release);
}

async function fail(
  draft: Draft,
  created: Resource[],
  error: unknown,
  { cleanupOnFail }: UpgradeOptions,
  on: ReleaseContext,
): Promise<never> {
  draft.become('failed', `Upgrade "${draft.release.name}" failed: ${messageOf(error)}`);
  await draft.record();
  if (cleanupOnFail && created.length > 0)
    await deleteAll(created, 'Background', on).catch(cause => {
      throw new ReleaseError(
        `an error occurred while cleaning up resources. original upgrade error: ${messageOf(error)}: unable to cleanup resources: ${messageOf(cause)}`,
        { cause },
      );
    });
  throw error;
}
