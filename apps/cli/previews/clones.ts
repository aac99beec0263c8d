import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { normalUrl } from '@millrace/git-access';
import { CliError } from '../cli-error.ts';
import { openCheckout, reflect } from '../up/checkout.ts';
import type { LocalGit } from './trees.ts';

/** Clones of repositories of a fleet that lie on this machine. */
export interface Clones {
  localGit: LocalGit;
  close(): Promise<void>;
}

/**
 * Clones by the URLs of their remotes, whichever protocol those name. What they have is seen as it comes; nothing in them
 * is obeyed, and nothing is fetched. Throws CliError for a folder that is no clone.
 */
export async function openClones(folders: readonly string[], signal: AbortSignal): Promise<Clones> {
  const place = await mkdtemp(join(tmpdir(), 'millrace-clones-'));
  const close = () => rm(place, { recursive: true, force: true });
  const paths = new Map<string, string>();
  try {
    for (const [i, folder] of folders.entries()) {
      const checkout = await openCheckout(folder, signal);
      if (checkout.remotes.length === 0)
        throw new CliError(`${folder} has no remote that says which repository it is a clone of`);
      const path = join(place, String(i));
      await (await reflect(checkout, path, signal))();
      for (const url of checkout.remotes) paths.set(normalUrl(url), path);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { localGit: url => paths.get(normalUrl(url)), close };
}
