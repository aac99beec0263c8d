import type { Snapshot } from '@millrace/api';
import type { Release } from '@millrace/helm';
import { uninstall } from '@millrace/releases';
import type { Attempt } from '../attempt.ts';
import { chartOf, fullName, isOf, snapshotOf } from '../history.ts';
import type { ReleaseRun } from '../run.ts';
import { timeoutOf } from '../spec.ts';
import { summarise } from '../summary.ts';
import { metadataOf, textOf } from '../words.ts';
import { type Action, outcomeOf, replace } from './action.ts';

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
