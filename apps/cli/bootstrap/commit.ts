import { GitError } from '@millrace/git';
import { CliError } from '../cli-error.ts';
import { tell } from '../output/print.ts';
import type { Plan } from './plan.ts';
import type { WorkCopy } from './work-copy.ts';

/**
 * Commit these files where they are others, and say so. Returns whether there is something to push.
 * @param what `component manifests`
 */
export async function commitFiles(
  copy: WorkCopy,
  { flags: { branch }, remote }: Plan,
  files: Record<string, string>,
  message: string,
  what: string,
): Promise<boolean> {
  const commit = await copy.commit(files, message).catch(error => {
    throw failed(`failed to commit ${what}`, error);
  });
  if (commit === undefined) {
    tell.success(`${what} are up to date`);
    return false;
  }
  tell.success(`committed ${what} to "${branch}" ("${commit}")`);
  tell.action(`pushing ${what} to "${remote.url}"`);
  return true;
}

export function failed(what: string, error: unknown): unknown {
  return error instanceof GitError ? new CliError(`${what}: ${error.message}`, { cause: error }) : error;
}
