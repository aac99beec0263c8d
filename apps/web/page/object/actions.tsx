import { useEffect, useRef, useState } from 'preact/hooks';
import type { Row } from '../../model/row.ts';
import { act } from '../ask.ts';
import { pressed } from '../keys.ts';
import { tell } from '../store.ts';

interface Action {
  verb: string;
  label: string;
  key?: string;
  /** What it will do; it is asked for before it is done where that is not harmless. */
  what: string;
  asks: boolean;
  done: string;
}

const reconcile: Action = {
  verb: 'reconcile',
  label: 'Reconcile',
  key: 'r',
  what: 'Reconcile it now, instead of at its interval',
  asks: false,
  done: 'asked to reconcile',
};
const suspend: Action = {
  verb: 'suspend',
  label: 'Suspend',
  what: 'It is not reconciled any more, and drift is not put back, until it is resumed',
  asks: true,
  done: 'suspended',
};
const resume: Action = {
  verb: 'resume',
  label: 'Resume',
  what: 'It is reconciled again, at once',
  asks: false,
  done: 'resumed',
};
const force: Action = {
  verb: 'force',
  label: 'Force',
  what: 'Install or upgrade the release once, although nothing has changed',
  asks: true,
  done: 'asked to release',
};
const reset: Action = {
  verb: 'reset',
  label: 'Reset',
  what: 'Forget how often the release has failed, and try again',
  asks: true,
  done: 'asked to try again',
};

function actionsFor({ kind, suspended }: Row): Action[] {
  if (kind === 'ExternalArtifact') return [];
  if (kind === 'Alert' || kind === 'Provider') return [suspended ? resume : suspend];
  if (suspended) return [resume];
  return [reconcile, suspend, ...(kind === 'HelmRelease' ? [force, reset] : [])];
}

/** What can be done with an object, in the name of whoever looks at it. How it ends, the page shows as it happens. */
export function Actions({ row }: { row: Row }) {
  const [asked, setAsked] = useState<Action>();
  const dialog = useRef<HTMLDialogElement>(null);
  const actions = actionsFor(row);
  const run = (action: Action) => {
    setAsked(undefined);
    act(action.verb, row)
      .then(() => tell(`${row.name}: ${action.done}`))
      .catch((error: Error) => tell(`${row.name}: ${error.message}`, true));
  };
  const press = (action: Action) => (action.asks ? setAsked(action) : run(action));
  useEffect(() => {
    for (const action of actions) if (action.key) pressed[action.key] = () => press(action);
    return () => {
      for (const { key } of actions) if (key) delete pressed[key];
    };
  });
  useEffect(() => {
    if (asked) dialog.current?.showModal();
  }, [asked]);
  return (
    <div class="actions">
      {actions.map(action => (
        <button
          type="button"
          key={action.verb}
          title={action.what}
          aria-keyshortcuts={action.key}
          onClick={() => press(action)}
        >
          {action.label}
        </button>
      ))}
      {asked && (
        <dialog ref={dialog} onClose={() => setAsked(undefined)} aria-labelledby="asked">
          <h2 id="asked">
            {asked.label} {row.kind} {row.name}?
          </h2>
          <p>{asked.what}.</p>
          <div class="actions">
            <button type="button" class="primary" onClick={() => run(asked)}>
              {asked.label}
            </button>
            <button type="button" onClick={() => setAsked(undefined)}>
              Cancel
            </button>
          </div>
        </dialog>
      )}
    </div>
  );
}
