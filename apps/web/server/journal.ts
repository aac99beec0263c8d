import { open } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { isObject, type Json } from '@millrace/json';
import { openEventStream } from './event-stream.ts';

/** The last lines of what is written down elsewhere: notifications, or the audit log. */
export interface Journal {
  /** The oldest first. */
  entries(): readonly object[];
  add(entry: object): void;
  subscribe(listener: (entry: object) => void): () => void;
}

const most = { entries: 1000, entryBytes: 64 * 1024, fileBytes: 4 * 1024 * 1024 };

/** What the file has already, of one object a line, and what is added from now on. A file that cannot be read has nothing. */
export async function journalOf(file: string): Promise<Journal> {
  const entries: object[] = (await lastLines(file))
    .map(entryIn)
    .filter(entry => entry !== undefined)
    .slice(-most.entries);
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

/** Send what a journal has, then what comes to it. */
export function streamJournal(journal: Journal, response: ServerResponse, signal: AbortSignal): void {
  const stream = openEventStream(response, signal);
  stream.send('entries', journal.entries());
  stream.onEnd(journal.subscribe(entry => stream.send('entry', entry)));
}

async function lastLines(path: string): Promise<string[]> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const length = Math.min(size, most.fileBytes);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
      const lines = buffer.subarray(0, bytesRead).toString('utf8').split('\n');
      // The first is a part of one where it was cut.
      return length < size ? lines.slice(1) : lines;
    } finally {
      await file.close();
    }
  } catch {
    return [];
  }
}

function entryIn(line: string): object | undefined {
  try {
    const entry: Json = JSON.parse(line);
    return isObject(entry) ? fittedTo(entry) : undefined;
  } catch {
    return undefined;
  }
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
