import type { Snapshot } from '@millrace/api';
import { type Release, withStatus } from '@millrace/helm';
import {
  type DeployOptions,
  install,
  installCrds,
  type ReleaseContext,
  ReleaseError,
  rollback,
  runTests,
  uninstall,
  upgrade,
} from '@millrace/releases';
import type { Attempt } from './attempt.ts';
import { correct, type Drift } from './drift.ts';
import { chartOf, fullName, isOf, isTested, previousOf, snapshotOf } from './history.ts';
import type { ReleaseRun } from './run.ts';
import {
  type ActionName,
  maxHistoryOf,
  releaseNameOf,
  remediationOf,
  retryIntervalOf,
  timeoutOf,
} from './spec.ts';
import { summarise } from './summary.ts';
import { metadataOf, textOf } from './words.ts';

/** What is done with a release, and what is said of it on the HelmRelease (internal/reconcile of helm-controller). */
export interface Action {
  name: string;
  type: 'release' | 'test' | 'remediate' | 'unlock' | 'correct drift';
  timeout(attempt: Attempt): number;
  /** Throws where nothing has changed in storage: then the same is to be tried again. */
  perform(attempt: Attempt, run: ReleaseRun): Promise<void>;
}

/** There is no good release to go back to. */
export class MissingRollbackTarget extends Error {
  override readonly name = 'MissingRollbackTarget';
}

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

function appliedBy(mode: 'enabled' | 'disabled' | 'auto' | undefined, like: Release | undefined): boolean {
  if (mode === 'enabled' || mode === 'disabled') return mode === 'enabled';
  return like?.applyMethod === 'ssa';
}

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
  const observed = new Map<number, Release>();
  const started = performance.now();
  const context = run.context({
    waits: !hr.spec[action]?.disableWait,
    onWrite: release => observed.set(release.version, release),
  });
  try {
    const failure = await outcomeOf(work(context), run.signal);
    status.lastAttemptedReleaseActionDuration = durationText(performance.now() - started);
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

/** What the work failed with. Being told to stop is no failure. */
async function outcomeOf(work: Promise<unknown>, signal: AbortSignal): Promise<Error | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error : new Error(String(error));
  }
}

function durationText(milliseconds: number): string {
  return `${Math.round(milliseconds)}ms`;
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

function replace(attempt: Attempt, release: Release, snapshot: ReturnType<typeof snapshotOf>): void {
  attempt.history = attempt.history.map(known => (isOf(known, release) ? snapshot : known));
}

async function noteInventory(
  observed: Map<number, Release>,
  attempt: Attempt,
  run: ReleaseRun,
): Promise<void> {
  const newest = [...observed.values()].sort((a, b) => b.version - a.version)[0];
  if (!newest) return;
  try {
    attempt.status.inventory = { entries: await run.inventory(newest.manifest, run.values) };
  } catch (error) {
    run.signal.throwIfAborted();
    const { namespace, name } = attempt.hr.metadata;
    attempt.note(
      'error',
      'InventoryBuildFailed',
      `failed to build inventory for ${namespace}/${name}: ${textOf(error)}`,
    );
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

export function deployedMessage(action: ActionName, attempt: Attempt): string {
  const latest = attempt.latest!;
  return `Helm ${action} succeeded for release ${fullName(latest)} with chart ${chartOf(latest)}`;
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

export function clearFailures({ status }: Attempt): void {
  delete status.failures;
  delete status.installFailures;
  delete status.upgradeFailures;
}

export const testAction: Action = {
  name: 'test',
  type: 'test',
  timeout: ({ hr }) => timeoutOf(hr, hr.spec.test?.timeout),
  async perform(attempt, run) {
    const { hr } = attempt;
    const before = attempt.latest;
    if (!before) throw new Error('no latest release: required for test');
    const filters = hr.spec.test?.filters ?? [];
    const selected = (name: string) => {
      if (filters.some(filter => filter.exclude && filter.name === name)) return false;
      const included = filters.filter(filter => !filter.exclude);
      return included.length === 0 || included.some(filter => filter.name === name);
    };
    const context = run.context({
      waits: true,
      onWrite(release) {
        if (!isOf(attempt.latest!, release)) return;
        const tests = release.hooks.filter(({ events, name }) => events.includes('test') && selected(name));
        const testHooks = Object.fromEntries(tests.map(({ name, lastRun }) => [name, testOf(lastRun)]));
        const { ociDigest, action } = attempt.latest!;
        replace(attempt, release, snapshotOf(release, { action, ociDigest, testHooks }));
      },
    });
    const names = (exclude: boolean) =>
      filters.filter(filter => (filter.exclude ?? false) === exclude).map(({ name }) => name);
    try {
      const failure = await outcomeOf(
        runTests(
          {
            name: releaseNameOf(hr),
            include: names(false),
            exclude: names(true),
            timeout: timeoutOf(hr, hr.spec.test?.timeout),
          },
          context,
        ),
        run.signal,
      );
      if (failure === undefined) return tested(attempt);
      testFailed(attempt, failure);
      if (!isTested(attempt.latest!)) throw failure;
    } finally {
      summarise(attempt);
    }
  },
};

function testOf({ startedAt, completedAt, phase }: Release['hooks'][number]['lastRun']) {
  const seconds = (time: string) => `${new Date(time).toISOString().slice(0, 19)}Z`;
  return {
    ...(startedAt ? { lastStarted: seconds(startedAt) } : {}),
    ...(completedAt ? { lastCompleted: seconds(completedAt) } : {}),
    ...(phase ? { phase } : {}),
  };
}

function tested(attempt: Attempt): void {
  const latest = attempt.latest!;
  const count = Object.keys(latest.testHooks ?? {}).length;
  const hooks =
    count === 0 ? 'no test hooks' : `${count} test ${count > 1 ? 'hooks' : 'hook'} completed successfully`;
  const message = `Helm test succeeded for release ${fullName(latest)} with chart ${chartOf(latest)}: ${hooks}`;
  attempt.mark('TestSuccess', 'True', 'TestSucceeded', message);
  attempt.note('info', 'TestSucceeded', message, metadataOf(latest));
}

function testFailed(attempt: Attempt, failure: Error): void {
  const { status, hr } = attempt;
  const latest = attempt.latest!;
  const message = `Helm test failed for release ${fullName(latest)} with chart ${chartOf(latest)}: ${textOf(failure).trim()}`;
  status.failures = (status.failures ?? 0) + 1;
  attempt.mark('TestSuccess', 'False', 'TestFailed', message);
  attempt.note('error', 'TestFailed', message, metadataOf(latest));
  const action = status.lastAttemptedReleaseAction;
  if (!isTested(latest) || action === undefined || remediationOf(hr, action).ignoreTestFailures) return;
  const counter = action === 'install' ? 'installFailures' : 'upgradeFailures';
  status[counter] = (status[counter] ?? 0) + 1;
}

export const rollbackAction: Action = {
  name: 'rollback',
  type: 'remediate',
  timeout: ({ hr }) => timeoutOf(hr, hr.spec.rollback?.timeout),
  async perform(attempt, run) {
    const { hr, status } = attempt;
    const { rollback: options = {} } = hr.spec;
    const before = attempt.latest;
    const previous = previousOf(attempt.history, remediationOf(hr, 'upgrade').ignoreTestFailures);
    const observed = new Map<number, Release>();
    const context = run.context({
      waits: !options.disableWait,
      onWrite(release) {
        observed.set(release.version, release);
        const known = attempt.history.find(snapshot => isOf(snapshot, release));
        if (!known) attempt.history = [snapshotOf(release, {}), ...attempt.history];
        else {
          const { ociDigest, testHooks } = known;
          replace(attempt, release, snapshotOf(release, { action: 'rollback', ociDigest, testHooks }));
        }
      },
    });
    try {
      if (!previous)
        throw new MissingRollbackTarget('missing target release for rollback: required to rollback');
      const target = (await run.records.history(previous.name)).find(
        ({ version }) => version === previous.version,
      );
      const serverSide = appliedBy(options.serverSideApply, target);
      const failure = await outcomeOf(
        rollback(
          {
            name: previous.name,
            version: previous.version,
            serverSide,
            forceConflicts: serverSide,
            forceReplace: (options.force ?? false) && !serverSide,
            disableHooks: options.disableHooks ?? false,
            cleanupOnFail: options.cleanupOnFail ?? false,
            waitForJobs: !options.disableWaitForJobs,
            timeout: timeoutOf(hr, options.timeout),
            maxHistory: maxHistoryOf(hr),
          },
          context,
        ),
        run.signal,
      );
      await noteInventory(observed, attempt, run);
      const what = `Helm rollback to previous release ${fullName(previous)} with chart ${chartOf(previous)}`;
      const about = metadataOf({ ...previous, configDigest: run.valuesDigest });
      if (failure === undefined) {
        attempt.mark('Remediated', 'True', 'RollbackSucceeded', `${what} succeeded`);
        attempt.note('info', 'RollbackSucceeded', `${what} succeeded`, about);
        return;
      }
      const message = `${what} failed: ${textOf(failure).trim()}`;
      status.failures = (status.failures ?? 0) + 1;
      attempt.mark('Remediated', 'False', 'RollbackFailed', message);
      attempt.note('error', 'RollbackFailed', message, about);
      if (attempt.latest?.digest === before?.digest) throw failure;
    } finally {
      summarise(attempt);
    }
  },
};

export const uninstallRemediation: Action = {
  name: 'uninstall',
  type: 'remediate',
  timeout: ({ hr }) => timeoutOf(hr, hr.spec.uninstall?.timeout),
  perform: (attempt, run) => uninstallAs('remediation', attempt, run.context, run.signal),
};

/** The release goes with its HelmRelease, or to another place. Needs no chart: storage says what there is. */
export async function performUninstall(
  attempt: Attempt,
  contextOf: ReleaseRun['context'],
  signal: AbortSignal,
): Promise<void> {
  try {
    await uninstallAs('uninstall', attempt, contextOf, signal);
  } finally {
    summarise(attempt);
  }
}

/** @param as what the HelmRelease is told: that it is remediated, or that it is no longer released */
async function uninstallAs(
  as: 'remediation' | 'uninstall',
  attempt: Attempt,
  contextOf: ReleaseRun['context'],
  signal: AbortSignal,
): Promise<void> {
  const { hr, status } = attempt;
  const { uninstall: options = {} } = hr.spec;
  const before = attempt.latest;
  if (!before) throw new Error('no latest release: required to uninstall');
  const action = as === 'remediation' ? 'uninstall-remediation' : 'uninstall';
  const context = contextOf({
    waits: !options.disableWait,
    onWrite(release) {
      const known = attempt.history.find(snapshot => isOf(snapshot, release));
      if (!known) return;
      const { ociDigest, testHooks } = known;
      replace(attempt, release, snapshotOf(release, { action, ociDigest, testHooks }));
    },
  });
  const propagation = ({ foreground: 'Foreground', orphan: 'Orphan' } as const)[
    options.deletionPropagation as 'foreground'
  ];
  const work = async () => {
    const { release } = await uninstall(
      {
        name: before.name,
        disableHooks: options.disableHooks ?? false,
        keepHistory: options.keepHistory ?? false,
        propagation: propagation ?? 'Background',
        timeout: timeoutOf(hr, options.timeout),
      },
      context,
    );
    requireSame(release, before);
    if (attempt.latest?.digest === before.digest && (as === 'remediation' || before.status !== 'uninstalled'))
      throw new Error('uninstall completed with error: release not updated in Helm storage');
  };
  const failure = await outcomeOf(work(), signal);
  const remediates = as === 'remediation';
  const condition = remediates ? 'Remediated' : 'Released';
  const said = failure && !remediates ? goneBecause(failure, options.keepHistory ?? false) : undefined;
  if (said) {
    attempt.mark(condition, 'False', 'UninstallSucceeded', `Release ${fullName(before)} ${said}`);
    return;
  }
  const latest = attempt.latest!;
  const what = `Helm uninstall ${remediates ? 'remediation ' : ''}`;
  const about = `for release ${fullName(latest)} with chart ${chartOf(latest)}`;
  if (failure === undefined) {
    const message = remediates ? `${what}${about} succeeded` : `Helm uninstall succeeded ${about}`;
    if (!remediates) delete status.inventory;
    attempt.mark(condition, remediates ? 'True' : 'False', 'UninstallSucceeded', message);
    attempt.note('info', 'UninstallSucceeded', message, metadataOf(latest));
    return;
  }
  const problem = textOf(failure).trim();
  const message = remediates
    ? `${what}${about} failed: ${problem}`
    : `Helm uninstall failed ${about}: ${problem}`;
  status.failures = (status.failures ?? 0) + 1;
  attempt.mark(condition, 'False', 'UninstallFailed', message);
  attempt.note('error', 'UninstallFailed', message, metadataOf(latest));
  if (!remediates || latest.digest === before.digest) throw failure;
}

/** What was uninstalled has to be what was known. */
function requireSame({ namespace, name, version }: Release, known: Snapshot): void {
  if (isOf(known, { namespace, name, version })) return;
  throw new Error(
    `release mismatch: uninstalled release ${namespace}/${name}.v${version} != current release ${fullName(known)}`,
  );
}

/** Somebody else was quicker. */
function goneBecause(failure: Error, keepsHistory: boolean): string | undefined {
  const text = textOf(failure);
  if (text.includes('release: not found')) return 'was not found, assuming it is uninstalled';
  return keepsHistory && text.includes('is already deleted') ? 'was already uninstalled' : undefined;
}

export const unlockAction: Action = {
  name: 'unlock',
  type: 'unlock',
  timeout: ({ hr }) => timeoutOf(hr),
  async perform(attempt, run) {
    const { status } = attempt;
    const release = (await run.records.history(releaseNameOf(attempt.hr))).at(-1);
    if (!release?.info.status.startsWith('pending-')) return;
    const was = release.info.status;
    const failedNow = withStatus(release, 'failed', `Release unlocked from stale '${was}' state`);
    const known = attempt.history.find(snapshot => isOf(snapshot, release));
    const ociDigest = known?.ociDigest;
    const snapshot = snapshotOf(release, { ociDigest });
    const context = run.context({
      waits: false,
      onWrite(written) {
        if (known) replace(attempt, written, snapshotOf(written, { action: known.action, ociDigest }));
      },
    });
    const what = `Helm release ${fullName(snapshot)} with chart ${chartOf(snapshot)} in ${was} state`;
    try {
      const failure = await outcomeOf(context.records.update(failedNow), run.signal);
      const message = failure ? `Unlock of ${what} failed: ${textOf(failure).trim()}` : `Unlocked ${what}`;
      attempt.mark('Released', 'False', 'PendingRelease', message);
      attempt.note(failure ? 'error' : 'info', 'PendingRelease', message, metadataOf(snapshot));
      if (!failure) return;
      status.failures = (status.failures ?? 0) + 1;
      throw failure;
    } finally {
      summarise(attempt);
    }
  },
};

export function driftAction(drift: Drift): Action {
  return {
    name: 'correct cluster drift',
    type: 'correct drift',
    timeout: ({ hr }) => timeoutOf(hr),
    async perform(attempt, run) {
      attempt.mark('Ready', 'Unknown', 'Progressing', 'correcting cluster drift');
      const latest = attempt.latest!;
      const { done, problems } = await correct(drift, run.context({ waits: false, onWrite: () => {} }));
      const about = metadataOf(latest);
      if (problems.length > 0) {
        const partly = done.length > 0 ? 'partially ' : '';
        const rest = done.length > 0 ? `\n\nSuccessful corrections:\n${done.join('\n')}` : '';
        attempt.note(
          'error',
          'DriftCorrectionFailed',
          `Failed to ${partly}correct cluster state of release ${fullName(latest)}:\n${problems.join('\n')}${rest}`,
          about,
        );
      } else if (done.length > 0)
        attempt.note(
          'info',
          'DriftCorrected',
          `Cluster state of release ${fullName(latest)} has been corrected:\n${done.join('\n')}`,
          about,
        );
    },
  };
}
