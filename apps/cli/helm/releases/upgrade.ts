import type { Release } from '@millrace/helm';
import {
  localChart,
  type OldValues,
  type ReleaseContext,
  ReleaseError,
  rollback,
  upgrade,
} from '@millrace/releases';
import { HelmCommandError } from '../helm-error.ts';
import { requireInstallable } from '../installable.ts';
import type { Said } from '../run.ts';
import { valuesOf } from '../values.ts';
import { type DeployFlags, requireSound, waitOf } from './deploy-flags.ts';
import { withoutSecrets } from './hide-secrets.ts';
import { installRelease } from './install.ts';
import { locateChart } from './locate-chart.ts';
import { withReleases } from './open.ts';
import { formatRelease } from './release-text.ts';

export interface UpgradeFlags extends DeployFlags {
  install?: boolean;
  /** 'true', 'false', or 'auto'. */
  serverSide: string;
  resetValues?: boolean;
  reuseValues?: boolean;
  resetThenReuseValues?: boolean;
  historyMax: number;
  cleanupOnFail?: boolean;
}

interface Upgraded {
  release: Release;
  /** What is printed before it. */
  greeting: string;
}

/** `helm upgrade NAME CHART`. Throws HelmCommandError with what helm would say. */
export async function helmUpgrade(
  [name = '', reference = '']: string[],
  flags: UpgradeFlags,
  warn: (message: string) => void,
): Promise<Said> {
  requireSound(flags);
  let stdout = '';
  const { release, greeting } = await withReleases(
    { ...flags, wait: waitOf(flags) },
    warn,
    async (on): Promise<Upgraded> => {
      const last = flags.install ? (await on.records.history(name)).at(-1) : undefined;
      if (!flags.install || (last && last.info.status !== 'uninstalled'))
        return upgraded(name, reference, flags, on);
      const greeting = `Release ${JSON.stringify(name)} does not exist. Installing it now.\n`;
      if (flags.output === 'table') process.stdout.write(greeting);
      const { serverSide, ...rest } = flags;
      const options = { ...rest, serverSide: serverSide !== 'false', replace: last !== undefined };
      return { release: await installRelease(name, reference, options, on), greeting: '' };
    },
    name,
  );
  if (flags.output === 'table') stdout += greeting;
  return { stdout: stdout + formatRelease(withoutSecrets(release, flags), flags.output, flags) };
}

async function upgraded(
  name: string,
  reference: string,
  flags: UpgradeFlags,
  on: ReleaseContext,
): Promise<Upgraded> {
  const chart = await locateChart(reference, { flags, warn: on.warn, signal: on.signal });
  requireInstallable(chart, on.warn);
  const greeting = `Release ${JSON.stringify(name)} has been upgraded. Happy Helming!\n`;
  const dryRun = (flags.dryRun ?? 'none') !== 'none';
  try {
    const release = await upgrade(
      {
        ...flags,
        chart: localChart(chart, { subNotes: flags.renderSubchartNotes ?? false, warn: on.warn }),
        name,
        values: await valuesOf(flags),
        serverSide: modeOf(flags.serverSide),
        forceConflicts: flags.forceConflicts ?? false,
        forceReplace: flags.forceReplace ?? flags.force ?? false,
        takeOwnership: flags.takeOwnership ?? false,
        disableHooks: !flags.hooks,
        timeout: flags.patience,
        waitForJobs: flags.waitForJobs ?? false,
        oldValues: oldValuesOf(flags),
        cleanupOnFail: flags.cleanupOnFail ?? false,
        maxHistory: flags.historyMax,
        dryRun,
      },
      on,
    );
    return { release, greeting };
  } catch (error) {
    on.signal.throwIfAborted();
    if (!(error instanceof Error)) throw error;
    const undoes = (flags.rollbackOnFailure || flags.atomic) && !dryRun;
    const problem = undoes ? await undone(name, error, flags, on) : error.message;
    throw new HelmCommandError(`UPGRADE FAILED: ${problem}`, { cause: error });
  }
}

/** Throws HelmCommandError. */
export function modeOf(serverSide: string): boolean | 'auto' {
  switch (serverSide) {
    case 'auto':
      return 'auto';
    case 'true':
      return true;
    case 'false':
      return false;
  }
  throw new HelmCommandError(
    `invalid/unknown release server-side apply method: ${serverSide}: it must be "true", "false" or "auto"`,
  );
}

function oldValuesOf({ resetValues, reuseValues, resetThenReuseValues }: UpgradeFlags): OldValues {
  if (resetValues) return 'reset';
  if (reuseValues) return 'reuse';
  return resetThenReuseValues ? 'reset-then-reuse' : 'reuse-if-none';
}

/** Back to the last revision that was good, where the upgrade has been recorded. Returns what is said of it. */
async function undone(name: string, error: Error, flags: UpgradeFlags, on: ReleaseContext): Promise<string> {
  const history = await on.records.history(name);
  if (history.at(-1)?.info.status !== 'failed') return error.message;
  const good = history.findLast(({ info }) => ['superseded', 'deployed'].includes(info.status));
  if (!good)
    return `unable to find a previously successful release when attempting to rollback. original upgrade error: ${error.message}`;
  try {
    await rollback(
      {
        name,
        version: good.version,
        tellsTarget: true,
        serverSide: modeOf(flags.serverSide),
        forceConflicts: flags.forceConflicts ?? false,
        forceReplace: flags.forceReplace ?? flags.force ?? false,
        disableHooks: !flags.hooks,
        cleanupOnFail: flags.cleanupOnFail ?? false,
        waitForJobs: flags.waitForJobs ?? false,
        timeout: flags.patience,
        maxHistory: flags.historyMax,
      },
      on,
    );
  } catch (cause) {
    if (!(cause instanceof ReleaseError)) throw cause;
    return `an error occurred while rolling back the release. original upgrade error: ${error.message}: ${cause.message}`;
  }
  return `release ${name} failed, and has been rolled back due to rollback-on-failure being set: ${error.message}`;
}
