import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Row } from '../../model/row.ts';
import { Dialog } from '../dialog.tsx';
import { pressed } from '../keys.ts';
import { rows } from '../store.ts';
import { perform } from './outcome.ts';
import { Outcome } from './outcome-view.tsx';

interface Action {
  verb: string;
  label: string;
  key?: string;
  /** What it will do; it is asked for before it is done where that is not harmless. */
  what: string;
  asks: boolean;
  /** What it is made from is asked first. */
  withSource?: true;
}

const reconcile: Action = {
  verb: 'reconcile',
  label: 'Reconcile',
  key: 'r',
  what: 'Reconcile it now, instead of at its interval',
  asks: false,
};
const withSource: Action = {
  verb: 'reconcile',
  label: 'Reconcile with source',
  key: 'R',
  what: 'Fetch what it is made from now, and reconcile it when that has ended',
  asks: false,
  withSource: true,
};
const suspend: Action = {
  verb: 'suspend',
  label: 'Suspend',
  what: 'It is not reconciled any more, and drift is not put back, until it is resumed',
  asks: true,
};
const resume: Action = {
  verb: 'resume',
  label: 'Resume',
  what: 'It is reconciled again, at once',
  asks: false,
};
const force: Action = {
  verb: 'force',
  label: 'Force',
  what: 'Install or upgrade the release once, although nothing has changed',
  asks: true,
};
const reset: Action = {
  verb: 'reset',
  label: 'Reset',
  what: 'Forget how often the release has failed, and try again',
  asks: true,
};

function actionsFor(row: Row): Action[] {
  const { kind, suspended } = row;
  if (kind === 'ExternalArtifact') return [];
  if (kind === 'Alert' || kind === 'Provider') return [suspended ? resume : suspend];
  if (suspended) return [resume];
  const fromSource = sourcesOf(row).length > 0 ? [withSource] : [];
  return [reconcile, ...fromSource, suspend, ...(kind === 'HelmRelease' ? [force, reset] : [])];
}

/** What has to be fetched before the object, in that order: of a release also the chart that is made for it. */
function sourcesOf({ kind, namespace, name, source }: Row): Row[] {
  if (kind !== 'Kustomization' && kind !== 'HelmRelease') return [];
  const [, place = ''] = source?.split('/') ?? [];
  const chart = kind === 'HelmRelease' ? `HelmChart/${place}/${namespace}-${name}` : '';
  return [source ?? '', chart]
    .map(key => rows.value.get(key))
    .filter(one => one !== undefined)
    .filter(({ inert, suspended }) => !inert && !suspended);
}

/** What can be done with an object, in the name of whoever looks at it. How it ends, the page shows as it happens. */
export function Actions({ row }: { row: Row }) {
  const [asked, setAsked] = useState<Action>();
  const buttons = useKeptFocus();
  const actions = actionsFor(row);
  const run = (action: Action) => {
    setAsked(undefined);
    perform(action.verb, row, action.withSource ? sourcesOf(row) : []);
  };
  const press = (action: Action) => (action.asks ? setAsked(action) : run(action));
  useEffect(() => {
    for (const action of actions) if (action.key) pressed[action.key] = () => press(action);
    return () => {
      for (const { key } of actions) if (key) delete pressed[key];
    };
  });
  return (
    <>
      <div class="actions" ref={buttons}>
        {actions.map(action => (
          <button
            type="button"
            key={action.label}
            title={action.what}
            aria-keyshortcuts={action.key}
            onClick={() => press(action)}
          >
            {action.label}
          </button>
        ))}
        {asked && (
          <Dialog title={`${asked.label} ${row.kind} ${row.name}?`} leave={() => setAsked(undefined)}>
            <p>{asked.what}.</p>
            <div class="actions">
              <button type="button" class="primary" onClick={() => run(asked)}>
                {asked.label}
              </button>
              <button type="button" onClick={() => setAsked(undefined)}>
                Cancel
              </button>
            </div>
          </Dialog>
        )}
      </div>
      <Outcome of={row.key} />
    </>
  );
}

/** Who has pressed a button that is gone goes on at those that came in its place. */
function useKeptFocus() {
  const box = useRef<HTMLDivElement>(null);
  const last = useRef<Element | null>(null);
  useLayoutEffect(() => {
    const note = ({ target }: FocusEvent) => {
      last.current = target as Element;
    };
    box.current?.addEventListener('focusin', note);
    return () => box.current?.removeEventListener('focusin', note);
  }, []);
  useLayoutEffect(() => {
    if (!last.current || last.current.isConnected || document.activeElement !== document.body) return;
    box.current?.querySelector('button')?.focus();
  });
  return box;
}
