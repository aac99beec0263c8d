import './history.css';
import { useState } from 'preact/hooks';
import type { History as Answer, HistoryEntry } from '../../model/history-entry.ts';
import type { Look } from '../../model/look.ts';
import type { Row } from '../../model/row.ts';
import { now } from '../store.ts';
import { ago, exactly, shortRevision } from '../words.ts';
import { query } from './named.ts';
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
const managers: Record<string, string> = {
  flux: 'the command line, or this page',
  'kustomize-controller': 'what Git says',
};

function Suspended({ by, at }: { by: string; at: string }) {
  return (
    <p class="pending">
      Suspended by {managers[by] ?? (by || 'nobody who can be told')}
      {at && (
        <>
          {' '}
          <time dateTime={at} title={exactly(at)}>
            {ago(at, now.value)} ago
          </time>
        </>
      )}
      {managers[by] && <small> (manager {by})</small>}
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
        <strong title={first}>{commit?.subject ?? shortRevision(first)}</strong>
        {isCurrent && <span class="mark">now</span>}
      </div>
      <p>
        {commit?.subject !== undefined && <code title={first}>{shortRevision(first)} </code>}
        {[commit?.author, status, more].filter(Boolean).join(' · ')}
        {first !== what && (
          <>
            {' · '}the same up to <code title={what}>{shortRevision(what)}</code>
          </>
        )}
      </p>
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
