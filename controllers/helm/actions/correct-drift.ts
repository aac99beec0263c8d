import { correct, type Drift } from '../drift.ts';
import { fullName } from '../history.ts';
import { timeoutOf } from '../spec.ts';
import { metadataOf } from '../words.ts';
import type { Action } from './action.ts';

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
