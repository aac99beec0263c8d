import type { Hook, HookEvent } from '@millrace/helm';
import type { ReleaseContext } from './context.ts';
import type { Draft } from './draft.ts';
import { tellLogs } from './hook-logs.ts';
import { messageOf, ReleaseError } from './release-error.ts';
import { resourcesIn } from './resource.ts';
import { createAll, deleteAll } from './sets.ts';

export interface HookOptions {
  /** Milliseconds for each hook. */
  timeout: number;
  serverSide: boolean;
  /** What is done when they have ended and before they are deleted, such as reading their logs. */
  beforeCleanup?: () => Promise<void>;
}

/**
 * Run the hooks of an event one after the other, lightest first, each deleted as its policies say. Throws what made
 * one fail, after the others have been cleaned up.
 *
 * Rule: execHook in pkg/action of helm v4.3.1
 */
export async function runHooks(
  draft: Draft,
  event: HookEvent,
  options: HookOptions,
  on: ReleaseContext,
): Promise<void> {
  const hooks = draft.release.hooks
    .filter(hook => hook.events.includes(event))
    .sort((a, b) => a.weight - b.weight || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const done: Hook[] = [];
  for (const hook of hooks) {
    const failure = await runOne(hook, event, draft, done, options, on);
    if (!failure) continue;
    await tellLogs('hook-failed', failure.hook, on);
    await options.beforeCleanup?.();
    await deleteBy('hook-failed', failure.hook, options, on).catch(error =>
      on.warn(`error deleting the hook resource on hook failure: ${messageOf(error)}`),
    );
    for (const earlier of done) await deleteBy('hook-succeeded', earlier, options, on);
    throw failure.error;
  }
  await options.beforeCleanup?.();
  for (const hook of done.reverse()) {
    await tellLogs('hook-succeeded', hook, on);
    await deleteBy('hook-succeeded', hook, options, on);
  }
}

/** @returns the hook that ended badly; what cannot be started at all is thrown */
async function runOne(
  given: Hook,
  event: HookEvent,
  draft: Draft,
  done: Hook[],
  options: HookOptions,
  on: ReleaseContext,
): Promise<{ hook: Hook; error: unknown } | undefined> {
  const { timeout, serverSide } = options;
  const hook = draft.withPolicies(given);
  await deleteBy('before-hook-creation', hook, options, on);
  const resources = await resourcesIn(hook.manifest, on).catch(cause => {
    throw new ReleaseError(
      `unable to build kubernetes object for ${event} hook ${hook.path}: ${messageOf(cause)}`,
      { cause },
    );
  });
  const startedAt = new Date().toISOString();
  const running = draft.ran(hook, { startedAt, phase: 'Running' });
  await draft.record();
  const end = (phase: string) =>
    draft.ran(running, { startedAt, completedAt: new Date().toISOString(), phase });
  try {
    await createAll(resources, { serverSide }, on);
  } catch (cause) {
    end('Failed');
    throw new ReleaseError(`warning: Hook ${event} ${hook.path} failed: ${messageOf(cause)}`, { cause });
  }
  try {
    await on.waiter.ended(resources, { timeout, signal: on.signal });
  } catch (error) {
    return { hook: end('Failed'), error };
  }
  done.push(end('Succeeded'));
  return undefined;
}

/** Definitions are never deleted: all their objects would go with them. */
async function deleteBy(
  policy: string,
  { kind, deletePolicies, manifest, path }: Hook,
  { timeout }: HookOptions,
  on: ReleaseContext,
): Promise<void> {
  if (kind === 'CustomResourceDefinition' || !deletePolicies.includes(policy)) return;
  const resources = await resourcesIn(manifest, on).catch(cause => {
    throw new ReleaseError(
      `unable to build kubernetes object for deleting hook ${path}: ${messageOf(cause)}`,
      { cause },
    );
  });
  await deleteAll(resources, 'Background', on);
  await on.waiter.gone(resources, { timeout, signal: on.signal });
}
