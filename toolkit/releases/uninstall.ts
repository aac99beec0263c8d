import { arrangeManifests, checkReleaseName, type Release, uninstallOrder } from '@millrace/helm';
import type { ReleaseContext } from './context.ts';
import { Draft } from './draft.ts';
import { runHooks } from './hooks.ts';
import { sortByOwner } from './ownership.ts';
import { messageOf, ReleaseError, ReleaseNotFound } from './release-error.ts';
import { type Resource, resourcesIn } from './resource.ts';
import { deleteAll, type Propagation } from './sets.ts';

export interface UninstallOptions {
  name: string;
  disableHooks: boolean;
  /** The records stay, as `uninstalled`. */
  keepHistory: boolean;
  propagation: Propagation;
  /** Milliseconds for each wait. */
  timeout: number;
  description?: string;
}

export interface Uninstalled {
  release: Release;
  /** What has not been deleted, and why, for the eye; '' where there is nothing. */
  info: string;
}

/**
 * Delete the objects of a release, and its records. What is to be kept and what is not the release's stays. Throws
 * what went wrong; once objects were deleted it goes on to the end all the same.
 *
 * Rule: Uninstall in pkg/action of helm v4.3.1
 */
export async function uninstall(options: UninstallOptions, on: ReleaseContext): Promise<Uninstalled> {
  const { name, timeout, keepHistory } = options;
  const history = await historyOf(name, on);
  const last = history.at(-1)!;
  if (last.info.status === 'uninstalled') {
    if (keepHistory) throw new ReleaseError(`the release named "${name}" is already deleted`);
    await purge(history, on);
    return { release: last, info: '' };
  }
  const deleted = new Date().toISOString();
  const info = {
    ...last.info,
    status: 'uninstalling' as const,
    deleted,
    description: 'Deletion in progress (or silently failed)',
  };
  const draft = new Draft({ ...last, info }, on);
  const hookOptions = { timeout, serverSide: true };
  if (!options.disableHooks) await runHooks(draft, 'pre-delete', hookOptions, on);
  await draft.record();
  const gone = await deleteObjects(draft.release, options, on);
  const problems: string[] = [];
  const collect = (error: unknown) => {
    on.signal.throwIfAborted();
    problems.push(messageOf(error));
  };
  await on.waiter.gone(gone.resources, { timeout, signal: on.signal }).catch(collect);
  if (!options.disableHooks) await runHooks(draft, 'post-delete', hookOptions, on).catch(collect);
  const stored = draft.release;
  draft.become('uninstalled', options.description || 'Uninstallation complete');
  if (!keepHistory)
    await purge([...history.slice(0, -1), stored], on).catch(error =>
      collect(new ReleaseError(`uninstall: Failed to purge the release: ${messageOf(error)}`)),
    );
  else {
    await draft.record();
    await supersede(history.slice(0, -1), on);
  }
  if (problems.length > 0)
    throw new ReleaseError(
      `uninstallation completed with ${problems.length} error(s): ${problems.join('; ')}`,
    );
  return { release: draft.release, info: gone.info };
}

async function historyOf(name: string, on: ReleaseContext): Promise<Release[]> {
  try {
    checkReleaseName(name);
  } catch (cause) {
    throw new ReleaseError(`uninstall: Release name is invalid: ${name}`, { cause });
  }
  const history = await on.records.history(name);
  if (history.length > 0) return history;
  const cause = new ReleaseNotFound();
  throw new ReleaseError(`uninstall: Release not loaded: ${name}: ${cause.message}`, { cause });
}

async function purge(history: Release[], on: ReleaseContext): Promise<void> {
  for (const release of history) await on.records.delete(release);
}

async function supersede(releases: Release[], on: ReleaseContext): Promise<void> {
  for (const release of releases) {
    if (release.info.status !== 'deployed') continue;
    const draft = new Draft(release, on);
    draft.become('superseded', release.info.description);
    await draft.record();
  }
}

async function deleteObjects(
  release: Release,
  { name, propagation }: UninstallOptions,
  on: ReleaseContext,
): Promise<{ resources: Resource[]; info: string }> {
  const { kept, text, problem } = deletable(release.manifest);
  if (problem) throw new ReleaseError(`failed to delete release: ${name}`, { cause: problem });
  const failed = (cause: unknown) => {
    on.signal.throwIfAborted();
    on.warn(`uninstall: Failed to delete release: ${messageOf(cause)}`);
    throw new ReleaseError(`failed to delete release: ${name}`, { cause });
  };
  const resources = await resourcesIn(text, on).catch(failed);
  const sorted = await sortByOwner(resources, release, on);
  if (sorted.owned.length > 0) await deleteAll(sorted.owned, propagation, on).catch(failed);
  const listed = (items: Resource[]) => items.map(({ ref }) => `[${ref.kind}] ${ref.name}\n`).join('');
  const parts = [
    kept.length > 0 ? `These resources were kept due to the resource policy:\n${kept.join('')}` : '',
    sorted.strange.length > 0
      ? `${sorted.strange.length} resource(s) were not deleted because they are not owned by this release:\n${listed(sorted.strange)}`
      : '',
    sorted.unknown.length > 0
      ? `${sorted.unknown.length} resource(s) were not deleted because their ownership could not be verified:\n${sorted.unknown
          .map(({ resource: { ref }, problem }) => `[${ref.kind}] ${ref.name}: ${problem}\n`)
          .join('')}`
      : '',
  ];
  return { resources: sorted.owned, info: parts.filter(part => part !== '').join('\n') };
}

/** The manifest in the order of deletion, without what `helm.sh/resource-policy: keep` keeps. */
function deletable(manifest: string): { text: string; kept: string[]; problem?: Error } {
  const { manifests, problem } = arrangeManifests(new Map([['manifest', manifest]]), uninstallOrder);
  if (problem) return { text: '', kept: [], problem };
  const kept: string[] = [];
  const texts: string[] = [];
  for (const { content, head } of manifests) {
    const { annotations } = head;
    const policy = Object.hasOwn(annotations, 'helm.sh/resource-policy')
      ? annotations['helm.sh/resource-policy']!.trim().toLowerCase()
      : undefined;
    if (policy === undefined) texts.push(content);
    // Another policy than keep is neither kept nor deleted: so Helm has it.
    else if (policy === 'keep') kept.push(`[${head.kind}] ${head.name}\n`);
  }
  return { text: texts.join('\n---\n'), kept };
}
