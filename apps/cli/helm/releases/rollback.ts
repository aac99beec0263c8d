import { rollback } from '@millrace/releases';
import { HelmCommandError } from '../helm-error.ts';
import type { Said } from '../run.ts';
import type { ActionFlags } from './deploy-flags.ts';
import { withReleases } from './open.ts';
import { modeOf } from './upgrade.ts';

export interface RollbackFlags extends ActionFlags {
  serverSide: string;
  historyMax: number;
  cleanupOnFail?: boolean;
}

/** Characters. */
const longestDescription = 512;

/** `helm rollback NAME [REVISION]`. Throws HelmCommandError with what helm would say. */
export async function helmRollback(
  [name = '', revision = '0']: string[],
  flags: RollbackFlags,
  warn: (message: string) => void,
): Promise<Said> {
  if (!/^[+-]?\d+$/.test(revision))
    throw new HelmCommandError(
      `could not convert revision to a number: strconv.Atoi: parsing ${JSON.stringify(revision)}: invalid syntax`,
    );
  const { description = '' } = flags;
  const length = [...description].length;
  if (length > longestDescription)
    throw new HelmCommandError(`description must be ${longestDescription} characters or less, got ${length}`);
  await withReleases(
    flags,
    warn,
    on =>
      rollback(
        {
          name,
          version: Number(revision),
          tellsTarget: true,
          serverSide: modeOf(flags.serverSide),
          forceConflicts: flags.forceConflicts ?? false,
          forceReplace: flags.forceReplace ?? flags.force ?? false,
          disableHooks: !flags.hooks,
          cleanupOnFail: flags.cleanupOnFail ?? false,
          waitForJobs: flags.waitForJobs ?? false,
          timeout: flags.patience,
          description,
          maxHistory: flags.historyMax,
          dryRun: (flags.dryRun ?? 'none') !== 'none',
        },
        on,
      ),
    name,
  );
  return { stdout: 'Rollback was a success! Happy Helming!\n' };
}
