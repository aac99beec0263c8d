import type { Release } from '@millrace/helm';
import { rollback } from '@millrace/releases';
import { chartOf, fullName, isOf, previousOf, snapshotOf } from '../history.ts';
import { maxHistoryOf, remediationOf, timeoutOf } from '../spec.ts';
import { summarise } from '../summary.ts';
import { metadataOf, textOf } from '../words.ts';
import { type Action, appliedBy, noteInventory, outcomeOf, replace } from './action.ts';

/** There is no good release to go back to. */
export class MissingRollbackTarget extends Error {
  override readonly name = 'MissingRollbackTarget';
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
