import './history.css';
import { useState } from 'preact/hooks';
import { withHiddenShown } from '../../model/hidden-characters.ts';
import type { History as Answer, HistoryEntry } from '../../model/history-entry.ts';
import type { Look } from '../../model/look.ts';
import type { Row } from '../../model/row.ts';
import { now, rows } from '../store.ts';
import { ago, exactly } from '../words.ts';
import { query } from './named.ts';
import { Revision } from './revision.tsx';
import { RollBack } from './roll-back.tsx';
import { useAnswer } from './use-answer.ts';

/** What the object has been made from, who has written it, and what became of it. */
export function History({ row, version }: Look) {
  const { value, problem } = useAnswer<Answer>(`/api/history?${query()}`, version);
  const [to, setTo] = useState<HistoryEntry>();
  if (problem) return <p class="trouble">{problem}</p>;
  if (!value) return <p class="nothing">Reading the history of {row.name} …</p>;
  const { entries, suspended } = value;
  return (
    <section>
      {suspended && <Suspended {...suspended} />}
      {entries.length === 0 && <p class="nothing">Nothing has been applied yet.</p>}
      <ol class="timeline">
        {entries.map(entry => (
          <Entry
            key={`${entry.what} ${entry.lastAt}`}
            row={row}
            entry={entry}
            rollBack={() => setTo(entry)}
          />
        ))}
      </ol>
      {to && <RollBack row={row} to={to} leave={() => setTo(undefined)} />}
    </section>
  );
}

/** By whom managers of fields are: names that say little by themselves. */
const managers = new Map([
  ['flux', 'the command line, or this page'],
  ['kustomize-controller', 'what Git says'],
]);

function Suspended({ by, at }: { by: string; at: string }) {
  return (
    <p class="pending">
      Suspended by {managers.get(by) ?? (by || 'nobody who can be told')}
      {at && (
        <>
          {' '}
          <time dateTime={at} title={exactly(at)}>
            {ago(at, now.value)} ago
          </time>
        </>
      )}
      {managers.has(by) && <small> (manager {by})</small>}
    </p>
  );
}

interface EntryProps {
  row: Row;
  entry: HistoryEntry;
  rollBack(): void;
}

function Entry({ row, entry, rollBack }: EntryProps) {
  const { what, first = what, commit, status, more, isCurrent } = entry;
  const canGoBack = !isCurrent && (row.kind === 'Kustomization' || row.kind === 'HelmRelease');
  return (
    <li class={/fail/i.test(status) ? 'warning' : ''}>
      <div class="entry">
        <strong title={first}>
          {commit?.subject === undefined ? (
            <Revision of={row} revision={first} />
          ) : (
            withHiddenShown(commit.subject)
          )}
        </strong>
        {isCurrent && <span class="mark">now</span>}
      </div>
      <p>
        {commit?.subject !== undefined && (
          <>
            <Revision of={row} revision={first} />{' '}
          </>
        )}
        {[commit?.author && withHiddenShown(commit.author), status, more].filter(Boolean).join(' · ')}
        {first !== what && (
          <>
            {' · '}the same up to <Revision of={row} revision={what} />
          </>
        )}
      </p>
      {entry.inGit && (
        <p>
          in Git at <Revision of={rows.value.get(row.owner ?? '') ?? row} revision={entry.inGit} />
        </p>
      )}
      <Times entry={entry} />
      {canGoBack && (
        <button type="button" onClick={rollBack}>
          Roll back to this
        </button>
      )}
    </li>
  );
}

/** The way of a change, with how long each step took after the one before. */
function Times({ entry: { commit, fetchedAt, appliedAt, healthyAt, lastAt } }: { entry: HistoryEntry }) {
  const steps: [label: string, at: string | undefined][] = [
    ['committed', commit?.at],
    ['fetched', fetchedAt],
    ['applied', appliedAt],
    ['healthy', healthyAt],
    ['last seen so', lastAt === appliedAt ? '' : lastAt],
  ];
  return (
    <dl class="steps">
      {steps.map(
        ([label, at]) =>
          at && (
            <div key={label}>
              <dt>{label}</dt>
              <dd>
                <time dateTime={at} title={exactly(at)}>
                  {ago(at, now.value)} ago
                </time>
              </dd>
            </div>
          ),
      )}
    </dl>
  );
}
