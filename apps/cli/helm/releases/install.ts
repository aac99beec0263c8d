import { basename } from 'node:path';
import {
  type Chart,
  crdFiles,
  defaultCapabilities,
  processDependencies,
  type Release,
  type Values,
  withStatus,
} from '@millrace/helm';
import {
  install,
  installCrds,
  localChart,
  newRelease,
  type ReleaseContext,
  ReleaseError,
  renderHere,
  uninstall,
} from '@millrace/releases';
import { HelmCommandError } from '../helm-error.ts';
import { requireInstallable } from '../installable.ts';
import { requireReleaseName, templatedName } from '../release-name.ts';
import type { Said } from '../run.ts';
import { valuesOf } from '../values.ts';
import { type DeployFlags, requireSound, waitOf } from './deploy-flags.ts';
import { withoutSecrets } from './hide-secrets.ts';
import { locateChart } from './locate-chart.ts';
import { withReleases } from './open.ts';
import { formatRelease } from './release-text.ts';

export interface InstallFlags extends DeployFlags {
  generateName?: boolean;
  nameTemplate?: string;
  replace?: boolean;
  serverSide?: boolean;
}

type Warn = (message: string) => void;

/** `helm install NAME CHART`. Throws HelmCommandError with what helm would say. */
export async function helmInstall(words: string[], flags: InstallFlags, warn: Warn): Promise<Said> {
  try {
    requireSound(flags);
    const { name, reference } = nameAndReference(words, flags);
    const release = await withReleases(
      { ...flags, wait: waitOf(flags) },
      warn,
      on => installRelease(name, reference, flags, on),
      name,
    );
    return { stdout: formatRelease(withoutSecrets(release, flags), flags.output, flags) };
  } catch (error) {
    if (!(error instanceof HelmCommandError)) throw error;
    throw new HelmCommandError(`INSTALLATION FAILED: ${error.message}`, { cause: error });
  }
}

function nameAndReference(
  [first = '', second, ...more]: string[],
  { generateName, nameTemplate }: InstallFlags,
): { name: string; reference: string } {
  if (more.length > 0)
    throw new HelmCommandError(`expected at most two arguments, unexpected arguments: ${more.join(', ')}`);
  if (second !== undefined) {
    if (generateName) throw new HelmCommandError('cannot set --generate-name and also specify a name');
    if (nameTemplate) throw new HelmCommandError('cannot set --name-template and also specify a name');
    return { name: first, reference: second };
  }
  if (nameTemplate) return { name: templatedName(nameTemplate), reference: first };
  if (!generateName) throw new HelmCommandError('must either provide a name or specify --generate-name');
  const [base] = basename(first).split('.', 1);
  return { name: `${base || 'chart'}-${Math.floor(Date.now() / 1000)}`, reference: first };
}

/** Install a chart. Throws what went wrong; with --rollback-on-failure nothing is left of it then. */
export async function installRelease(
  name: string,
  reference: string,
  flags: InstallFlags,
  on: ReleaseContext,
): Promise<Release> {
  const chart = await locateChart(reference, { flags, warn: on.warn, signal: on.signal });
  requireInstallable(chart, on.warn);
  const values = await valuesOf(flags);
  const { dryRun = 'none', serverSide = true, forceConflicts = false } = flags;
  if (dryRun === 'client') return rehearse(name, chart, values, flags, on);
  if (!flags.skipCrds && dryRun === 'none') {
    const files = crdFiles(processDependencies(chart, values, () => {}));
    await installCrds(files, { policy: 'create', serverSide, forceConflicts }, on);
  }
  try {
    return await install(
      {
        ...flags,
        chart: localChart(chart, { subNotes: flags.renderSubchartNotes ?? false, warn: on.warn }),
        name,
        values,
        serverSide,
        forceConflicts,
        forceReplace: flags.forceReplace ?? flags.force ?? false,
        takeOwnership: flags.takeOwnership ?? false,
        disableHooks: !flags.hooks,
        timeout: flags.patience,
        waitForJobs: flags.waitForJobs ?? false,
        dryRun: dryRun === 'server',
      },
      on,
    );
  } catch (error) {
    on.signal.throwIfAborted();
    if (!(flags.rollbackOnFailure || flags.atomic) || dryRun !== 'none') throw error;
    throw await undone(name, error, flags, on);
  }
}

/** What was installed goes again, unless there was nothing yet. */
async function undone(
  name: string,
  error: unknown,
  flags: InstallFlags,
  on: ReleaseContext,
): Promise<unknown> {
  const last = (await on.records.history(name)).at(-1);
  if (last?.info.status !== 'failed') return error;
  const said = error instanceof Error ? error.message : String(error);
  try {
    const { hooks, patience: timeout } = flags;
    await uninstall(
      { name, timeout, disableHooks: !hooks, keepHistory: false, propagation: 'Background' },
      on,
    );
  } catch (cause) {
    return new ReleaseError(
      `an error occurred while uninstalling the release. original install error: ${said}: ${(cause as Error).message}`,
      { cause },
    );
  }
  return new ReleaseError(
    `release ${name} failed, and has been uninstalled due to rollback-on-failure being set: ${said}`,
    { cause: error },
  );
}

/** The release as it would be, without a word to the cluster. */
function rehearse(
  name: string,
  chart: Chart,
  values: Values,
  { namespace, serverSide = true, ...flags }: InstallFlags,
  { warn }: ReleaseContext,
): Release {
  requireReleaseName(name);
  const request = {
    values,
    release: { name, namespace, revision: 1, isUpgrade: false },
    capabilities: defaultCapabilities,
    lookups: new Map(),
    skipSchemaValidation: flags.skipSchemaValidation ?? false,
  };
  const options = { subNotes: flags.renderSubchartNotes ?? false, warn };
  // There is no cluster: `lookup` finds nothing, and that is the answer.
  const { result } = renderHere(chart, request, options);
  if ('problem' in result) throw new HelmCommandError(result.problem.message, { cause: result.problem });
  const release = newRelease({ ...flags, name, namespace, values, serverSide }, result.rendered);
  return withStatus(release, release.info.status, 'Dry run complete');
}
