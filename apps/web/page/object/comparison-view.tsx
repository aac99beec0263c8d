import './comparison.css';
import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import type { ComparedAction, ComparedObject, Comparison } from '../../model/comparison.ts';
import { FieldChanges } from './field-changes.tsx';
import { LineChanges } from './line-changes.tsx';

/** How differences are read. */
const ways = ['lines', 'side by side', 'fields'] as const;
type Way = (typeof ways)[number];
const way = signal<Way>(ways.find(one => one === localStorage.getItem('diff')) ?? 'lines');
way.subscribe(value => localStorage.setItem('diff', value));

/** Each action has a sign of its own, so that nobody needs to see colours. */
const signs: Record<ComparedAction, string> = {
  created: '+',
  changed: '~',
  deleted: '−',
  skipped: '·',
  failed: '!',
};
const actions = Object.keys(signs) as ComparedAction[];

/** So many objects are opened by themselves, and so many listed before somebody asks for more. */
const first = { open: 3, listed: 200 };

/** What two states differ in, object by object. */
export function ComparisonView({ comparison }: { comparison: Comparison }) {
  const { objects, same, left, notes } = comparison;
  const [only, setOnly] = useState<ComparedAction>();
  const [most, setMost] = useState(first.listed);
  const fit = objects.filter(({ action }) => only === undefined || action === only);
  return (
    <>
      <div class="compare-bar">
        <fieldset class="chips" aria-label="By what becomes of it">
          {actions.map(action => {
            const count = objects.filter(one => one.action === action).length;
            if (count === 0) return null;
            return (
              <button
                type="button"
                key={action}
                class={`becomes-${action}`}
                aria-pressed={only === action}
                onClick={() => setOnly(only === action ? undefined : action)}
              >
                <span aria-hidden="true">{signs[action]}</span> {action} <b>{count}</b>
              </button>
            );
          })}
        </fieldset>
        <span class="same">
          {same} {same === 1 ? 'object' : 'objects'} the same
        </span>
        {objects.length > 0 && <Ways />}
      </div>
      {notes.map(note => (
        <p class="note" key={note}>
          {note}
        </p>
      ))}
      {objects.length === 0 && <p class="nothing">Nothing would change.</p>}
      <ul class="compared">
        {fit.slice(0, most).map(object => (
          <li key={object.object}>
            <ObjectDiff object={object} isOpen={objects.length <= first.open} />
          </li>
        ))}
      </ul>
      {fit.length > most && (
        <button type="button" onClick={() => setMost(most * 4)}>
          Show more: {fit.length - most} objects are left
        </button>
      )}
      {left > 0 && <p class="note">{left} more objects were not compared: there are too many.</p>}
    </>
  );
}

function Ways() {
  return (
    <fieldset class="ways" aria-label="How differences are shown">
      {ways.map(one => (
        <button
          type="button"
          key={one}
          class={one === 'side by side' ? 'wide' : undefined}
          aria-pressed={way.value === one}
          onClick={() => {
            way.value = one;
          }}
        >
          {one[0]!.toUpperCase() + one.slice(1)}
        </button>
      ))}
    </fieldset>
  );
}

function ObjectDiff({ object, isOpen }: { object: ComparedObject; isOpen: boolean }) {
  const { action, before, after, problem } = object;
  const [open, setOpen] = useState(isOpen);
  const [kind = '', ...name] = object.object.split('/');
  return (
    <details open={open} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>
        <span class={`sign becomes-${action}`} title={action}>
          <span aria-hidden="true">{signs[action]}</span>
          <span class="unseen">{action}</span>
        </span>
        <span class="what">
          <small>{kind}</small> {name.join('/')}
        </span>
        {action === 'changed' && <Amount object={object} />}
      </summary>
      {problem && <p class={action === 'failed' ? 'trouble' : 'note'}>{problem}</p>}
      {open && (before || after) && <Difference object={object} />}
    </details>
  );
}

function Amount({ object: { fields } }: { object: ComparedObject }) {
  if (fields.length === 0) return null;
  return (
    <small class="amount">
      {fields.length} {fields.length === 1 ? 'field' : 'fields'}
    </small>
  );
}

function Difference({ object }: { object: ComparedObject }) {
  if (way.value === 'fields' && object.action === 'changed') return <FieldChanges fields={object.fields} />;
  return <LineChanges before={object.before} after={object.after} isSplit={way.value === 'side by side'} />;
}
