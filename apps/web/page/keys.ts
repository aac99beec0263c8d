import { signal } from '@preact/signals';
import type { Row } from '../model/row.ts';
import { act } from './ask.ts';
import { go, place } from './place.ts';
import { type Line, lines, rows, star, tell } from './store.ts';

/** Whether it is shown what the keys do. */
export const keysShown = signal(false);

/** The row that the keys are at, by its key. */
export const cursor = signal<string | undefined>(undefined);

/** `/` searches, `j` and `k` go down and up, Enter opens, Escape goes back, `g` shows the graph or the list, `?` tells: as in k9s and less. */
export function listenToKeys(): void {
  addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    const target = event.target as HTMLElement;
    const isTyping = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
    if (event.key === 'Escape') return leave(target, isTyping);
    if (isTyping) return;
    if (event.key === '/') {
      event.preventDefault();
      document.getElementById('search')?.focus();
    } else if (event.key === '?') keysShown.value = true;
    else if (event.key === 's') {
      const key = pointedAt();
      if (key) star(key);
    } else if (place.value.object) pressed[event.key]?.();
    else if (event.key === 'g') go({ view: 'fleet', graph: !place.value.graph });
    else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1);
    else if (event.key === 'r') reconcile(rows.value.get(cursor.value ?? ''));
    else if (event.key === 'Enter' && target === document.body) open();
  });
}

/** The key of the object that is open, or that the cursor is at. */
function pointedAt(): string | undefined {
  const { object } = place.value;
  return object ? `${object.kind}/${object.namespace}/${object.name}` : cursor.value;
}

function reconcile(row: Row | undefined): void {
  if (!row) return;
  act('reconcile', row)
    .then(() => tell(`${row.name}: asked to reconcile`))
    .catch((error: Error) => tell(`${row.name}: ${error.message}`, true));
}

/** What keys do on the page of an object; the page says it. */
export const pressed: Record<string, () => void> = {};

function leave(target: HTMLElement, isTyping: boolean): void {
  if (isTyping) target.blur();
  else if (place.value.object) go({ object: undefined });
}

const rowsIn = (all: Line[]) => all.flatMap(line => ('row' in line ? [line.row] : []));

function step(by: number): void {
  const all = rowsIn(lines.value);
  const at = all.findIndex(({ key }) => key === cursor.value);
  const next = all[Math.min(all.length - 1, Math.max(0, at + by))];
  cursor.value = next?.key;
}

function open(): void {
  const row = rowsIn(lines.value).find(({ key }) => key === cursor.value);
  if (row) go({ object: row });
}
