import type { Release } from '@millrace/helm';
import { runTests } from '@millrace/releases';
import type { Attempt } from '../attempt.ts';
import { chartOf, fullName, isOf, isTested, snapshotOf } from '../history.ts';
import { releaseNameOf, remediationOf, timeoutOf } from '../spec.ts';
import { summarise } from '../summary.ts';
import { metadataOf, textOf } from '../words.ts';
import { type Action, outcomeOf, replace } from './action.ts';

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
