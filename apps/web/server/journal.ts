import type { ServerResponse } from 'node:http';
import { isObject, type Json, type JsonObject } from '@millrace/json';
import { openEventStream } from './event-stream.ts';
import { renewal } from './rights.ts';

/** The last lines of what is written down elsewhere: notifications, or the audit log. */
export interface Journal {
  /** The oldest first. */
  entries(): readonly object[];
  add(entry: object): void;
  subscribe(listener: (entry: object) => void): () => void;
}

const most = { entries: 1000, entryBytes: 64 * 1024 };

/** A journal that begins with these entries, the oldest first. */
export function journalWith(first: readonly object[]): Journal {
  const entries = first.slice(-most.entries).map(fittedTo);
  const listeners = new Set<(entry: object) => void>();
  return {
    entries: () => entries,
    add(entry) {
      const fitted = fittedTo(entry);
      entries.push(fitted);
      if (entries.length > most.entries) entries.shift();
      for (const listener of listeners) listener(fitted);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Whether somebody may see an entry, as the cluster says now. */
export type MaySee = (entry: object) => Promise<boolean>;

/**
 * Send what a journal has, then what comes to it.
 *
 * @param asked makes what tells whether an entry may be seen, anew every half minute; all may be seen where it is left out
 */
export async function streamJournal(
  journal: Journal,
  response: ServerResponse,
  signal: AbortSignal,
  asked?: () => MaySee,
): Promise<void> {
  let maySee = asked?.();
  const seen: object[] = [];
  for (const entry of [...journal.entries()]) if (!maySee || (await maySee(entry))) seen.push(entry);
  if (signal.aborted) return;
  const stream = openEventStream(response, signal);
  stream.send('entries', seen);
  const timer = setInterval(() => {
    maySee = asked?.();
  }, renewal);
  stream.onEnd(() => clearInterval(timer));
  stream.onEnd(
    journal.subscribe(entry => {
      if (!maySee) return stream.send('entry', entry);
      maySee(entry).then(
        isSeen => isSeen && stream.send('entry', entry),
        () => response.destroy(),
      );
    }),
  );
}

/** An entry that is too long has its long texts and lists cut, and says so (`isCut`). */
function fittedTo(entry: object): object {
  const text = JSON.stringify(entry);
  if (text.length <= most.entryBytes) return entry;
  const whole: JsonObject = JSON.parse(text);
  for (const cut of cuts) {
    const fields = Object.entries(whole).map(([name, value]) => [name, shortened(value, cut)] as const);
    const fitted = { ...Object.fromEntries(fields), isCut: true };
    if (JSON.stringify(fitted).length <= most.entryBytes) return fitted;
  }
  const isShort = ([, value]: [string, Json]) => JSON.stringify(value).length <= 1024;
  return { ...Object.fromEntries(Object.entries(whole).filter(isShort)), isCut: true };
}

/** Characters of a text, and members of a list, that are kept: as many as fit. Names of objects have up to 253 characters. */
const cuts = [
  { text: 8192, members: 100 },
  { text: 1024, members: 20 },
  { text: 256, members: 8 },
];

function shortened(value: Json, to: (typeof cuts)[number]): Json {
  if (typeof value === 'string') return value.length <= to.text ? value : `${value.slice(0, to.text)} …`;
  if (Array.isArray(value)) return value.slice(0, to.members).map(one => shortened(one, to));
  if (!isObject(value)) return value;
  const fields = Object.entries(value).slice(0, to.members);
  return Object.fromEntries(fields.map(([name, one]) => [name, shortened(one, to)]));
}
