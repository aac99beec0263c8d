import { Dialog } from './dialog.tsx';
import { keysShown } from './keys.ts';

const keys: [string, string][] = [
  ['/', 'search'],
  ['j  k', 'down, up'],
  ['Enter', 'open'],
  ['Escape', 'back'],
  ['g', 'graph or list'],
  ['+  -  0', 'size of the graph, when it has the focus'],
  ['←  ↑  ↓  →', 'from one node of the graph to the next'],
  ['r', 'reconcile what is open, or under the cursor'],
  ['R', 'fetch what the open object is made from first'],
  ['s', 'mark it as a favourite'],
  ['?', 'this'],
];

/** What the keys do. */
export function KeysDialog() {
  if (!keysShown.value) return null;
  const close = () => {
    keysShown.value = false;
  };
  return (
    <Dialog title="Keys" leave={close}>
      <dl class="keys">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div class="actions">
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
