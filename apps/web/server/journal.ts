import type { ServerResponse } from 'node:http';
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

/** An entry that is too long keeps its short fields, and says which were left out. */
function fittedTo(entry: object): object {
  if (JSON.stringify(entry).length <= most.entryBytes) return entry;
  const isShort = ([, value]: [string, unknown]) => (JSON.stringify(value) ?? '').length <= 1024;
  const fields = Object.entries(entry);
  return {
    ...Object.fromEntries(fields.filter(isShort)),
    leftOut: fields.filter(field => !isShort(field)).map(([name]) => name),
  };
}
