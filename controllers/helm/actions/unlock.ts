import { withStatus } from '@millrace/helm';
import { chartOf, fullName, isOf, snapshotOf } from '../history.ts';
import { releaseNameOf, timeoutOf } from '../spec.ts';
import { summarise } from '../summary.ts';
import { metadataOf, textOf } from '../words.ts';
import { type Action, outcomeOf, replace } from './action.ts';

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
