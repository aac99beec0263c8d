import { formatDuration } from '@millrace/api';
import type { Release } from '@millrace/helm';
import {
  type DeployOptions,
  install,
  installCrds,
  type ReleaseContext,
  ReleaseError,
  upgrade,
} from '@millrace/releases';
import type { Attempt } from '../attempt.ts';
import { chartOf, fullName, isOf, isTested, snapshotOf } from '../history.ts';
import type { ReleaseRun } from '../run.ts';
import { type ActionName, maxHistoryOf, releaseNameOf, retryIntervalOf, timeoutOf } from '../spec.ts';
import { summarise } from '../summary.ts';
import { metadataOf, textOf } from '../words.ts';
import {
  type Action,
  appliedBy,
  clearFailures,
  deployedMessage,
  noteInventory,
  outcomeOf,
  replace,
} from './action.ts';

export const installAction: Action = {
  name: 'install',
  type: 'release',
  timeout: ({ hr }) => timeoutOf(hr, hr.spec.install?.timeout),
  async perform(attempt, run) {
    attempt.history = [];
    await deploy('install', attempt, run, async context => {
      const { spec } = attempt.hr;
      const serverSide = spec.install?.serverSideApply ?? !run.helm3Defaults;
      await bringCrds('install', serverSide, attempt, run, context);
      await install(
        {
          ...deployOptions('install', attempt, run),
          serverSide,
          forceConflicts: serverSide,
          createNamespace: spec.targetNamespace ? (spec.install?.createNamespace ?? false) : false,
          replace: spec.install?.replace ?? false,
        },
        context,
      );
    });
  },
};

export const upgradeAction: Action = {
  name: 'upgrade',
  type: 'release',
  timeout: ({ hr }) => timeoutOf(hr, hr.spec.upgrade?.timeout),
  async perform(attempt, run) {
    await deploy('upgrade', attempt, run, async context => {
      const { upgrade: options = {} } = attempt.hr.spec;
      const last = (await run.records.history(releaseNameOf(attempt.hr))).at(-1);
      const serverSide = appliedBy(options.serverSideApply, last);
      await bringCrds('upgrade', serverSide, attempt, run, context);
      await upgrade(
        {
          ...deployOptions('upgrade', attempt, run),
          serverSide,
          forceConflicts: serverSide,
          forceReplace: (options.force ?? false) && !serverSide,
          oldValues: options.preserveValues ? 'reuse' : 'reset',
          cleanupOnFail: options.cleanupOnFail ?? false,
          maxHistory: maxHistoryOf(attempt.hr),
        },
        context,
      );
    });
  },
};

function deployOptions(
  action: ActionName,
  { hr }: Attempt,
  run: ReleaseRun,
): Omit<DeployOptions, 'forceConflicts'> {
  const options = hr.spec[action] ?? {};
  return {
    chart: run.chart,
    name: releaseNameOf(hr),
    values: run.values,
    takeOwnership: !options.disableTakeOwnership,
    disableHooks: options.disableHooks ?? false,
    timeout: timeoutOf(hr, options.timeout),
    waitForJobs: !options.disableWaitForJobs,
    skipSchemaValidation: options.disableSchemaValidation ?? false,
  };
}

async function bringCrds(
  action: ActionName,
  serverSide: boolean,
  { hr }: Attempt,
  run: ReleaseRun,
  context: ReleaseContext,
): Promise<void> {
  const policy = hr.spec[action]?.crds ?? 'Create';
  if (policy === 'Skip') return;
  const files = await run.chart.crds(run.values);
  if (files.length === 0) return;
  const { name, namespace = '' } = hr.metadata;
  const labels = {
    'helm.toolkit.fluxcd.io/name': name,
    'helm.toolkit.fluxcd.io/namespace': namespace,
  };
  const options = {
    policy: policy === 'Create' ? ('create' as const) : ('create-replace' as const),
    serverSide,
    forceConflicts: serverSide,
    labels,
  };
  await installCrds(files, options, context).catch(cause => {
    throw new ReleaseError(`failed to apply CustomResourceDefinitions: ${textOf(cause)}`, { cause });
  });
}

/** What installing and upgrading have in common: what is noted before, on the way and at the end. */
async function deploy(
  action: ActionName,
  attempt: Attempt,
  run: ReleaseRun,
  work: (context: ReleaseContext) => Promise<void>,
): Promise<void> {
  const { status, hr } = attempt;
  status.lastAttemptedReleaseAction = action;
  attempt.unmark('TestSuccess');
  attempt.unmark('Remediated');
  attempt.observed = new Map();
  const { observed } = attempt;
  const started = performance.now();
  const context = run.context({
    waits: !hr.spec[action]?.disableWait,
    onWrite: release => observed.set(release.version, release),
  });
  try {
    const failure = await outcomeOf(work(context), run.signal);
    status.lastAttemptedReleaseActionDuration = formatDuration(performance.now() - started);
    remember(observed, action, attempt);
    await noteInventory(observed, attempt, run);
    if (failure === undefined) return succeeded(action, attempt, run);
    failed(action, attempt, run, failure);
    if (observed.size === 0) throw failure;
    const counter = action === 'install' ? 'installFailures' : 'upgradeFailures';
    status[counter] = (status[counter] ?? 0) + 1;
  } finally {
    summarise(attempt);
  }
}

/** The newest release that was written comes first; of the others the first that is known is as it was written. */
function remember(observed: Map<number, Release>, action: ActionName, attempt: Attempt): void {
  const [newest, ...others] = [...observed.values()].sort((a, b) => b.version - a.version);
  if (!newest) return;
  const ociDigest = attempt.status.lastAttemptedRevisionDigest;
  attempt.history = [snapshotOf(newest, { action, ociDigest }), ...attempt.history];
  for (const other of others) {
    const known = attempt.history.find(snapshot => isOf(snapshot, other));
    if (!known) continue;
    replace(attempt, other, snapshotOf(other, { ociDigest: known.ociDigest, testHooks: known.testHooks }));
    return;
  }
}

const words = {
  install: { failed: 'InstallFailed', succeeded: 'InstallSucceeded' },
  upgrade: { failed: 'UpgradeFailed', succeeded: 'UpgradeSucceeded' },
} as const;

function failed(action: ActionName, attempt: Attempt, run: ReleaseRun, failure: Error): void {
  const { hr, status } = attempt;
  const { name, version, appVersion } = run.metadata;
  const release = `${hr.spec.targetNamespace || hr.metadata.namespace}/${releaseNameOf(hr)}`;
  const message = `Helm ${action} failed for release ${release} with chart ${name}@${version}: ${textOf(failure).trim()}`;
  status.failures = (status.failures ?? 0) + 1;
  attempt.mark('Released', 'False', words[action].failed, message);
  attempt.note('error', words[action].failed, message, {
    ...metadataOf({
      chartVersion: version,
      configDigest: run.valuesDigest,
      appVersion,
      ociDigest: status.lastAttemptedRevisionDigest,
    }),
  });
}

function succeeded(action: ActionName, attempt: Attempt, run: ReleaseRun): void {
  const { hr, latest } = attempt;
  if (!latest) throw new Error('the action has written no release');
  const message = deployedMessage(action, attempt);
  attempt.mark('Released', 'True', words[action].succeeded, message);
  if (hr.spec.test?.enable && !isTested(latest))
    attempt.mark(
      'TestSuccess',
      'Unknown',
      'AwaitingTests',
      `Helm release ${fullName(latest)} with chart ${chartOf(latest)} is awaiting tests`,
    );
  if (retryIntervalOf(hr, action, run.retryByDefault) !== undefined) clearFailures(attempt);
  attempt.note('info', words[action].succeeded, message, metadataOf(latest));
}
