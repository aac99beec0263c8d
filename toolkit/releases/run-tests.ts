import { checkReleaseName, type Hook, type Release } from '@millrace/helm';
import type { ReleaseContext } from './context.ts';
import { Draft } from './draft.ts';
import { runHooks } from './hooks.ts';
import { ReleaseError } from './release-error.ts';

export interface TestOptions {
  name: string;
  /** Names of the tests that are run; all where it is empty. */
  include: readonly string[];
  exclude: readonly string[];
  /** Milliseconds for each test. */
  timeout: number;
  /** Before the tests are deleted, such as reading their logs. */
  beforeCleanup?: () => Promise<void>;
}

/**
 * Run the tests of a release, and record how they ended, before what made one fail is thrown.
 *
 * Rule: ReleaseTesting in pkg/action of helm v4.3.1
 */
export async function runTests(options: TestOptions, on: ReleaseContext): Promise<Release> {
  const { name, include, exclude, timeout, beforeCleanup } = options;
  try {
    checkReleaseName(name);
  } catch (cause) {
    throw new ReleaseError(`releaseTest: Release name is invalid: ${name}`, { cause });
  }
  const release = await on.records.last(name);
  const isSelected = (hook: Hook) =>
    !exclude.includes(hook.name) && (include.length === 0 || include.includes(hook.name));
  const skipped = release.hooks.filter(hook => !isSelected(hook));
  const draft = new Draft({ ...release, hooks: release.hooks.filter(isSelected) }, on);
  const serverSide = release.applyMethod === 'ssa';
  try {
    await runHooks(draft, 'test', { timeout, serverSide, ...(beforeCleanup && { beforeCleanup }) }, on);
  } catch (error) {
    draft.prepend(skipped);
    await draft.record();
    throw error;
  }
  draft.prepend(skipped); // where Helm puts those that it has left out
  await on.records.update(draft.release);
  return draft.release;
}
