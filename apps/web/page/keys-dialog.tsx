import { useEffect, useRef } from 'preact/hooks';
import { keysShown } from './keys.ts';

const keys: [string, string][] = [
  ['/', 'search'],
  ['j  k', 'down, up'],
  ['Enter', 'open'],
  ['Escape', 'back'],
  ['g', 'graph or list'],
  ['+  -  0', 'size of the graph, when it has the focus'],
  ['r', 'reconcile what is open, or under the cursor'],
  ['R', 'fetch what the open object is made from first'],
  ['s', 'mark it as a favourite'],
  ['?', 'this'],
];

/** What the keys do. */
export function KeysDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (keysShown.value) dialog.current?.showModal();
  }, [keysShown.value]);
  if (!keysShown.value) return null;
  const close = () => {
    keysShown.value = false;
  };
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="keys">
      <h2 id="keys">Keys</h2>
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
    </dialog>
  );
}
