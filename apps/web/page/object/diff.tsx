import './diff.css';
import { useState } from 'preact/hooks';
import type { Choice, Choices, Comparison } from '../../model/comparison.ts';
import type { Row } from '../../model/row.ts';
import { go, place } from '../place.ts';
import { rows } from '../store.ts';
import { shortRevision } from '../words.ts';
import { ComparisonView } from './comparison-view.tsx';
import { query } from './named.ts';
import { useAnswer } from './use-answer.ts';

/** Whether an object is made of something that can be compared with what is live. */
export const isMade = ({ kind }: Row) => kind === 'Kustomization' || kind === 'HelmRelease';

/** What the object would change, or has changed. */
export function Diff({ row }: { row: Row }) {
  const source = rows.value.get(row.source ?? '');
  const { value: choices, problem } = useAnswer<Choices>(
    `/api/choices?${query()}`,
    `${row.revision} ${source?.revision}`,
  );
  if (problem) return <p class="trouble">{problem}</p>;
  if (!choices) return <p class="nothing">Looking for what can be compared …</p>;
  if (choices.after.length === 0)
    return <p class="nothing">Its source has no artifact yet: there is nothing that could be compared.</p>;
  return <Compared row={row} choices={choices} />;
}

function Compared({ row, choices }: { row: Row; choices: Choices }) {
  const asked = place.value;
  const [again, setAgain] = useState(0);
  const before = nameIn(choices.before, asked.before);
  const after = nameIn(choices.after, asked.after);
  const { value, problem, waiting } = useAnswer<Comparison>(
    `/api/compare?${query({ before, after })}`,
    `${again} ${row.revision} ${row.handled}`,
  );
  return (
    <section>
      {choices.pending && (
        <p class="pending">
          <code title={choices.pending}>{shortRevision(choices.pending)}</code> is fetched and not applied
          {row.suspended ? ', for this is suspended' : ' yet'}: below is what it would change.
        </p>
      )}
      <div class="compare">
        <Side
          label="From"
          choices={choices.before}
          value={before}
          choose={name => go({ before: name }, { replace: true })}
        />
        <Side
          label="to"
          choices={choices.after}
          value={after}
          choose={name => go({ after: name }, { replace: true })}
        />
        <button type="button" disabled={waiting} onClick={() => setAgain(again + 1)}>
          Compare again
        </button>
        {waiting && <span role="status">Building and comparing …</span>}
      </div>
      {problem && <p class="trouble">{problem}</p>}
      {value && !problem && <ComparisonView key={`${before} ${after}`} comparison={value} />}
      <Lost choices={choices.after} />
    </section>
  );
}

/** The one that was chosen while there is one, else the first. */
function nameIn(choices: Choice[], asked: string): string {
  const fit = choices.filter(({ lost }) => lost === undefined);
  return (fit.find(({ name }) => name === asked) ?? fit[0] ?? choices[0])!.name;
}

interface SideProps {
  label: string;
  choices: Choice[];
  value: string;
  choose(name: string): void;
}

function Side({ label, choices, value, choose }: SideProps) {
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={event => choose(event.currentTarget.value)}>
        {choices.map(({ name, label: words, lost }) => (
          <option key={name} value={name} disabled={lost !== undefined}>
            {shortRevision(words)}
            {lost !== undefined && ' (not kept)'}
          </option>
        ))}
      </select>
    </label>
  );
}

function Lost({ choices }: { choices: Choice[] }) {
  const lost = choices.filter(({ lost }) => lost !== undefined);
  if (lost.length === 0) return null;
  return (
    <details class="lost">
      <summary>
        {lost.length} {lost.length === 1 ? 'revision is' : 'revisions are'} not to be had any more
      </summary>
      <ul>
        {lost.map(({ name, lost: why }) => (
          <li key={name}>{why}</li>
        ))}
      </ul>
    </details>
  );
}
