import type { HistoryEntry, WayBack } from '../../model/history-entry.ts';
import type { Row } from '../../model/row.ts';
import { Dialog } from '../dialog.tsx';
import { me } from '../me.ts';
import { tell } from '../store.ts';
import { shortRevision } from '../words.ts';
import { query } from './named.ts';
import { perform } from './outcome.ts';
import { useAnswer } from './use-answer.ts';

interface Props {
  row: Row;
  to: HistoryEntry;
  leave(): void;
}

/** Going back is done in Git; until it is, the object is suspended so that nothing comes in between. */
export function RollBack({ row, to, leave }: Props) {
  const name = row.kind === 'HelmRelease' ? (/^v(\d+):/.exec(to.what)?.[1] ?? '') : to.what;
  const { value, problem } = useAnswer<WayBack>(`/api/way-back?${query({ to: name })}`);
  const suspend = () => {
    leave();
    perform('suspend', row);
  };
  return (
    <Dialog class="way-back" title={`Roll back to ${shortRevision(to.what)}`} leave={leave}>
      <p>
        {row.suspended ? 'It is suspended already' : 'This suspends it'}, so that nothing comes in between.
        What is applied stays what Git says: there it is reverted, by these lines in a clone of the
        repository.
      </p>
      {problem && <p class="trouble">{problem}</p>}
      {value && <Way way={value} />}
      <div class="actions">
        {!row.suspended && me.value?.readOnly === false && (
          <button type="button" class="primary" onClick={suspend}>
            Suspend
          </button>
        )}
        {value && value.commands.length > 0 && (
          <button type="button" onClick={() => copy(value.commands)}>
            Copy the lines
          </button>
        )}
        <button type="button" onClick={leave}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function Way({ way: { commands, commits, notes } }: { way: WayBack }) {
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      {commands.length > 0 && <pre tabIndex={0}>{commands.join('\n')}</pre>}
      {commits.length > 0 && (
        <ul class="taken-back">
          {commits.map(({ id, subject }) => (
            <li key={id}>
              <code title={id}>{id.slice(0, 8)}</code> {subject}
            </li>
          ))}
        </ul>
      )}
      {notes.map(note => (
        <p class="note" key={note}>
          {note[0]?.toUpperCase() + note.slice(1)}.
        </p>
      ))}
    </>
  );
}

function copy(commands: string[]): void {
  const written =
    navigator.clipboard?.writeText(`${commands.join('\n')}\n`) ??
    Promise.reject(new Error('this page may not write to the clipboard'));
  written
    .then(() => tell('Lines copied'))
    .catch((error: Error) => tell(`Not copied: ${error.message}`, true));
}
