import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { inWords, type ObjectName } from '../model/object-name.ts';
import { Named } from './object/other.tsx';
import { place } from './place.ts';
import { now, rows } from './store.ts';
import { useJournal } from './use-journal.ts';
import { ago, exactly } from './words.ts';

interface Props<T> {
  title: string;
  path: string;
  /** What to say where there is nothing yet. */
  empty: ComponentChildren;
  entry(entry: T): ComponentChildren;
  /** Chooses among them, beside the search. */
  fits?(entry: T): boolean;
  /** What stands above the list. */
  children?: ComponentChildren;
}

/** What is searched of each entry: made once, however many keys are typed. */
const texts = new WeakMap<object, string>();
function textOf(entry: object): string {
  const text = texts.get(entry) ?? JSON.stringify(entry).toLowerCase();
  texts.set(entry, text);
  return text;
}

/** Entries have no name of their own. */
const numbers = new WeakMap<object, number>();
let last = 0;
function keyOf(entry: object): number {
  const number = numbers.get(entry) ?? ++last;
  numbers.set(entry, number);
  return number;
}

/** Entries that are drawn at once. */
const page = 100;

/** What was written down, the newest first; the search of the header narrows it. */
export function JournalView<T extends object>({ title, path, empty, entry, fits, children }: Props<T>) {
  const entries = useJournal<T>(path);
  const [shown, setShown] = useState(page);
  const words = place.value.filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = entries?.filter(
    one => (fits?.(one) ?? true) && words.every(word => textOf(one).includes(word)),
  );
  return (
    <section class="page journal">
      <h1>
        {title} {entries && <small>{found?.length}</small>}
      </h1>
      {children}
      {entries?.length === 0 && <p class="nothing">{empty}</p>}
      {entries && entries.length > 0 && found?.length === 0 && (
        <p class="nothing">No entry has these words.</p>
      )}
      <ol>
        {found?.slice(0, shown).map(one => (
          <li key={keyOf(one)}>{entry(one)}</li>
        ))}
      </ol>
      {found && found.length > shown && (
        <button type="button" onClick={() => setShown(shown + page)}>
          Show {Math.min(page, found.length - shown)} more
        </button>
      )}
    </section>
  );
}

export function When({ at }: { at: string }) {
  return (
    <time dateTime={at} title={exactly(at)}>
      {ago(at, now.value)}
    </time>
  );
}

/** Said of an entry that was too long. */
export function Cut({ file }: { file: string }) {
  return <p class="cut">This is too long to be shown whole: {file} has all of it.</p>;
}

/** As entries name objects; without a version it is one of our own kinds. */
interface Told {
  apiVersion?: string;
  kind?: string;
  namespace?: string | undefined;
  name?: string;
}

/** `Deployment shop/api`. */
export const wordsFor = (told: Told) => inWords(nameIn(told));

/** The name of an object, and the way to it. */
export function Told({ of }: { of: Told }) {
  return <Named object={nameIn(of)} />;
}

function nameIn({ apiVersion, kind = '', namespace = '', name = '' }: Told): ObjectName {
  const isOurs = apiVersion === undefined || rows.value.has(`${kind}/${namespace}/${name}`);
  const group = apiVersion?.includes('/') ? apiVersion.split('/', 1)[0] : '';
  return { kind: isOurs ? kind : `${kind}.${group}`, namespace, name };
}
