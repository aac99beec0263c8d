import './bulk.css';
import { useState } from 'preact/hooks';
import type { Row } from '../model/row.ts';
import { act } from './ask.ts';
import { Dialog } from './dialog.tsx';
import { me } from './me.ts';
import { place } from './place.ts';
import { favourites, shown } from './store.ts';

/** Objects that can be asked for together, and requests at once. */
const most = { objects: 500, atOnce: 4 };

const verbs = [
  { verb: 'reconcile', label: 'Reconcile', fits: (row: Row) => !row.suspended && !row.inert },
  { verb: 'suspend', label: 'Suspend', fits: (row: Row) => !row.suspended },
  { verb: 'resume', label: 'Resume', fits: (row: Row) => row.suspended },
] as const;

/** Whether the list is not all that there is. */
function isNarrowed(): boolean {
  const { filter, starred } = place.value;
  const { text, state, kind, namespace, drifted } = filter;
  return Boolean(text || state || kind || namespace || drifted || (starred && favourites.value.size > 0));
}

/** The way to what can be done with all that the filters leave. */
export function BulkButton() {
  const [rows, setRows] = useState<Row[]>();
  if (me.value?.readOnly !== false || !isNarrowed()) return null;
  // Whoever has none is reconciled by nobody here.
  const reconciled = shown.value.filter(({ kind }) => kind !== 'ExternalArtifact');
  if (reconciled.length < 2 || reconciled.length > most.objects) return null;
  return (
    <>
      <button type="button" class="bulk-open" onClick={() => setRows(reconciled)}>
        Act on {reconciled.length} …
      </button>
      {rows && <Bulk rows={rows} leave={() => setRows(undefined)} />}
    </>
  );
}

interface Progress {
  label: string;
  all: number;
  asked: number;
  refused: { name: string; why: string }[];
}

/** Those that there were when it was opened: what comes meanwhile is not meant. */
function Bulk({ rows, leave }: { rows: Row[]; leave(): void }) {
  const [progress, setProgress] = useState<Progress>();
  const run = async (verb: string, label: string, chosen: Row[]) => {
    const now: Progress = { label, all: chosen.length, asked: 0, refused: [] };
    setProgress({ ...now });
    const left = chosen.values();
    const worker = async () => {
      for (const row of left) {
        await act(verb, row).then(
          () => now.asked++,
          (error: Error) => now.refused.push({ name: `${row.kind} ${row.name}`, why: error.message }),
        );
        setProgress({ ...now });
      }
    };
    await Promise.all(Array.from({ length: most.atOnce }, worker));
  };
  return (
    <Dialog class="bulk" title={`All ${rows.length} objects that the filters leave`} leave={leave}>
      <p>{namesOf(rows)}</p>
      {progress ? (
        <Told progress={progress} />
      ) : (
        <p>What is suspended is not reconciled, and drift is not put back, until it is resumed.</p>
      )}
      <div class="actions">
        {!progress &&
          verbs.map(({ verb, label, fits }) => {
            const chosen = rows.filter(fits);
            return (
              chosen.length > 0 && (
                <button type="button" key={verb} onClick={() => run(verb, label, chosen)}>
                  {label} {chosen.length}
                </button>
              )
            );
          })}
        <button type="button" onClick={leave}>
          {progress ? 'Close' : 'Cancel'}
        </button>
      </div>
    </Dialog>
  );
}

const named = 8;

function namesOf(rows: Row[]): string {
  const names = rows.slice(0, named).map(({ kind, name }) => `${kind} ${name}`);
  return `${names.join(', ')}${rows.length > named ? ` and ${rows.length - named} more` : ''}`;
}

function Told({ progress: { label, all, asked, refused } }: { progress: Progress }) {
  return (
    <>
      <p role="status">
        {label}: {asked} of {all} asked for{refused.length > 0 && `, ${refused.length} refused`}. The list
        shows what becomes of them.
      </p>
      {refused.length > 0 && (
        <ul>
          {refused.slice(0, named).map(({ name, why }) => (
            <li key={name}>
              {name}: {why}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
