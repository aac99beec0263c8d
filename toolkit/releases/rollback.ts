import type { Release } from '@millrace/helm';
import type { ReleaseContext } from './context.ts';
import { Draft } from './draft.ts';
import { runHooks } from './hooks.ts';
import { owned } from './ownership.ts';
import { messageOf, ReleaseError, ReleaseNotFound } from './release-error.ts';
import type { Resource } from './resource.ts';
import { deleteAll, UpdateFailed, updateAll } from './sets.ts';
import { build } from './upgrade.ts';

export interface RollbackOptions {
  name: string;
  /** 0: the one before the last. */
  version: number;
  /** `auto`: as the revision that is rolled back to was applied. */
  serverSide: boolean | 'auto';
  forceConflicts: boolean;
  forceReplace: boolean;
  disableHooks: boolean;
  cleanupOnFail: boolean;
  waitForJobs: boolean;
  /** Milliseconds for each wait. */
  timeout: number;
  description?: string;
  maxHistory?: number;
  dryRun?: boolean;
  /** Record which revision is rolled back to, as Helm does from v4.3 on; what reads it with an older one drops it. */
  tellsTarget?: boolean;
}

/**
 * Make the objects of a former revision those of the release again, as a new revision.
 *
 * Rule: Rollback in pkg/action of helm v4.3.1
 */
export async function rollback(options: RollbackOptions, on: ReleaseContext): Promise<Release> {
  const { name } = options;
  const history = await on.records.history(name);
  const current = history.at(-1);
  if (!current) throw new ReleaseNotFound();
  const version = options.version || current.version - 1;
  const wanted = history.find(release => release.version === version);
  if (!wanted) throw new ReleaseError(`release has no ${version} version`);
  const serverSide = options.serverSide === 'auto' ? wanted.applyMethod === 'ssa' : options.serverSide;
  const release: Release = {
    ...wanted,
    namespace: current.namespace,
    version: current.version + 1,
    info: {
      firstDeployed: current.info.firstDeployed,
      lastDeployed: new Date().toISOString(),
      status: 'pending-rollback',
      notes: wanted.info.notes,
      rollbackRevision: options.tellsTarget ? version : 0,
      description: options.description || `Rollback to ${version}`,
    },
    applyMethod: serverSide ? 'ssa' : 'csa',
  };
  if (options.dryRun) return release;
  await on.records.create(release, options.maxHistory);
  const draft = new Draft(release, on);
  await perform(draft, current, serverSide, options, on);
  for (const old of await on.records.history(name)) {
    if (old.info.status !== 'deployed') continue;
    const superseded = new Draft(old, on);
    superseded.become('superseded', old.info.description);
    await superseded.record();
  }
  draft.become('deployed', draft.release.info.description);
  await on.records.update(draft.release);
  return draft.release;
}

async function perform(
  draft: Draft,
  current: Release,
  serverSide: boolean,
  options: RollbackOptions,
  on: ReleaseContext,
): Promise<void> {
  const { timeout, forceConflicts, forceReplace, disableHooks, waitForJobs } = options;
  const before = await build(current.manifest, 'current', on);
  const after = owned(await build(draft.release.manifest, 'new', on), draft.release);
  if (!disableHooks) await runHooks(draft, 'pre-rollback', { timeout, serverSide }, on);
  const mode = { serverSide, forceConflicts, replace: forceReplace, fromClientSide: serverSide };
  await updateAll(before, after, mode, on).catch(error => failUpdate(draft, current, error, options, on));
  await on.waiter.ready(after, { timeout, signal: on.signal, jobs: waitForJobs }).catch(async error => {
    on.signal.throwIfAborted();
    draft.become('failed', `Release "${draft.release.name}" failed: ${messageOf(error)}`);
    await new Draft(current, on).record();
    await draft.record();
    throw new ReleaseError(`release ${draft.release.name} failed: ${messageOf(error)}`, { cause: error });
  });
  if (!disableHooks) await runHooks(draft, 'post-rollback', { timeout, serverSide }, on);
}

async function failUpdate(
  draft: Draft,
  current: Release,
  error: unknown,
  { cleanupOnFail }: RollbackOptions,
  on: ReleaseContext,
): Promise<never> {
  on.signal.throwIfAborted();
  const superseded = new Draft(current, on);
  superseded.become('superseded', current.info.description);
  await superseded.record();
  draft.become('failed', `Rollback "${draft.release.name}" failed: ${messageOf(error)}`);
  await draft.record();
  const created: Resource[] = error instanceof UpdateFailed ? error.changed.created : [];
  if (cleanupOnFail && created.length > 0)
    await deleteAll(created, 'Background', on).catch(cause => {
      throw new ReleaseError(
        `an error occurred while cleaning up resources. original rollback error: ${messageOf(error)}: unable to cleanup resources: ${messageOf(cause)}`,
        { cause },
      );
    });
  throw error;
}
