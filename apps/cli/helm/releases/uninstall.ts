import { type ReleaseContext, ReleaseNotFound, uninstall } from '@millrace/releases';
import { HelmCommandError } from '../helm-error.ts';
import type { Said } from '../run.ts';
import type { ActionFlags } from './deploy-flags.ts';
import { withReleases } from './open.ts';

export interface UninstallFlags
  extends Pick<ActionFlags, 'cluster' | 'namespace' | 'patience' | 'hooks' | 'wait' | 'description'> {
  dryRun?: boolean;
  ignoreNotFound?: boolean;
  keepHistory?: boolean;
  cascade: string;
}

const propagations = { background: 'Background', foreground: 'Foreground', orphan: 'Orphan' } as const;

/** `helm uninstall NAME...`. What was uninstalled before a failure is told. Throws HelmCommandError. */
export async function helmUninstall(
  names: string[],
  flags: UninstallFlags,
  warn: (message: string) => void,
): Promise<Said> {
  const { cascade } = flags;
  if (!isPropagation(cascade))
    throw new HelmCommandError(
      `invalid cascade value (${cascade}). Must be "background", "foreground", or "orphan"`,
    );
  const said: string[] = [];
  try {
    await withReleases(flags, warn, async on => {
      for (const name of names) {
        const info = await uninstallOne(name, flags, propagations[cascade], on);
        said.push(info === '' ? '' : `${info}\n`, `release "${name}" uninstalled\n`);
      }
    });
  } catch (error) {
    if (!(error instanceof HelmCommandError)) throw error;
    return { stdout: said.join(''), error: error.message };
  }
  return { stdout: said.join('') };
}

function isPropagation(text: string): text is keyof typeof propagations {
  return Object.hasOwn(propagations, text);
}

/** @returns what is said of it */
async function uninstallOne(
  name: string,
  flags: UninstallFlags,
  propagation: (typeof propagations)[keyof typeof propagations],
  on: ReleaseContext,
): Promise<string> {
  const { dryRun, keepHistory = false, description, hooks, patience: timeout } = flags;
  try {
    if (dryRun) {
      await on.records.last(name);
      return '';
    }
    const options = { name, disableHooks: !hooks, keepHistory, propagation, timeout };
    const { info } = await uninstall({ ...options, ...(description && { description }) }, on);
    return info;
  } catch (error) {
    if (!flags.ignoreNotFound || !isNotFound(error)) throw error;
    return '';
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof ReleaseNotFound || (error instanceof Error && isNotFound(error.cause));
}
