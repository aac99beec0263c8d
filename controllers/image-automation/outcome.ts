import { type ImageUpdateAutomation, parseDuration } from '@millrace/api';
import { type EventNote, type Ready, timestamp } from '@millrace/controller';
import type { JsonObject } from '@millrace/json';
import type { Pushed, Ran } from './deps.ts';
import type { Source } from './source.ts';

const upToDate = 'repository up-to-date';

/** What is said of a run that came to a good end. */
export function success(automation: ImageUpdateAutomation, source: Source, ran: Ran): Ready {
  const { images, pushed, missed, skipped } = ran;
  const last = pushed ?? missed;
  const observed: JsonObject = skipped
    ? {}
    : {
        observedPolicies: Object.keys(images).length === 0 ? null : { ...images },
        observedSourceRevision: pushed && !source.switches ? revisionOf(source, pushed.commit) : ran.revision,
      };
  return {
    kind: 'ready',
    reason: 'Succeeded',
    message: upToDate,
    requeueAfter: parseDuration(automation.spec.interval),
    status: {
      lastAutomationRunTime: timestamp(ran.at),
      ...observed,
      ...(last ? { lastPushCommit: last.commit, lastPushTime: timestamp(last.at) } : {}),
    },
    events: notes(automation, source, ran),
  };
}

const revisionOf = ({ pushBranch }: Source, commit: string) =>
  `${pushBranch}@${commit.length === 64 ? 'sha256' : 'sha1'}:${commit}`;

function notes({ status }: ImageUpdateAutomation, source: Source, ran: Ran): EventNote[] {
  const { wasReady, pushed, missed, problems, skipped, revision } = ran;
  const severity = pushed || !wasReady ? 'info' : 'trace';
  const message = pushed
    ? summary(source, pushed)
    : skipped && wasReady
      ? 'no change since last reconciliation'
      : upToDate;
  const note: EventNote = { severity, reason: 'Succeeded', message };
  const isTold = revision === status?.observedSourceRevision && !pushed;
  return [
    ...(missed
      ? [{ ...note, severity: 'info' as const, message: summary(source, missed, missed.branch) }]
      : []),
    ...(problems.length === 0 || isTold ? [] : [leftAlone(problems)]),
    note,
  ];
}

/** Lines that one event has room for. */
const mostLines = 10;

function listed(what: string, lines: string[]): string {
  const rest = lines.length - mostLines;
  return [what, ...lines.slice(0, mostLines), ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n');
}

function leftAlone(problems: string[]): EventNote {
  const message = listed('files with markers that cannot be read were left alone:', problems);
  return { severity: 'error', reason: 'FilesLeftAlone', message };
}

function summary({ pushBranch, git }: Source, { commit, message }: Pushed, branch = pushBranch): string {
  const refspec = git.push?.refspec ? ` and refspecs '${git.push.refspec}'` : '';
  return `pushed commit '${commit.slice(0, 7)}' to branch '${branch}'${refspec}${message === '' ? '' : `\n${message}`}`;
}
