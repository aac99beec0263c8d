import type { Outcome, Visit } from '@millrace/controller';

/** Whoever looks at the source is told that it was looked at; nobody else is. */
export function noteUpToDate(outcome: Outcome, revision: string, visit: Visit): Outcome {
  if (outcome.kind === 'unchanged')
    visit.note({
      severity: 'trace',
      reason: 'ArtifactUpToDate',
      message: `artifact up-to-date with remote revision: '${revision}'`,
    });
  return outcome;
}
