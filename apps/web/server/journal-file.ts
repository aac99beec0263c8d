import { watch } from 'node:fs';
import { open } from 'node:fs/promises';
import { isObject, type Json } from '@millrace/json';
import { type Journal, journalWith } from './journal.ts';

/** Bytes of the end of a file that are read at first, and of a file that grows at once. */
const most = { first: 4 * 1024 * 1024, portion: 1024 * 1024 };

/** What the file has already, of one object a line, and what is added from now on. A file that cannot be read has nothing. */
export async function journalOf(file: string): Promise<Journal> {
  const { lines } = await lastLines(file).catch(() => ({ lines: [] }));
  return journalWith(entriesIn(lines));
}

/**
 * What the file has, and what others add to it, until it is stopped: told by the system, with no process that asks. It may
 * be copied and truncated. Throws where it cannot be read.
 */
export async function journalFollowing(file: string): Promise<Journal & { stop(): void }> {
  const { lines, size } = await lastLines(file);
  const journal = journalWith(entriesIn(lines));
  let at = size;
  /** Of a line that is not whole yet. */
  let begun = '';
  const readOn = async (): Promise<void> => {
    const portion = await portionFrom(file, at);
    if (portion.size < at) [at, begun] = [0, ''];
    else if (portion.bytes.length === 0) return;
    else {
      at += portion.bytes.length;
      const parts = (begun + portion.bytes.toString('latin1')).split('\n');
      begun = parts.pop()!.slice(-most.first);
      for (const entry of entriesIn(parts.map(part => Buffer.from(part, 'latin1').toString('utf8'))))
        journal.add(entry);
    }
    return readOn();
  };
  let reading = Promise.resolve();
  const look = () => {
    // A file that is away for a moment comes back, or nothing comes any more.
    reading = reading.then(readOn).catch(() => {});
  };
  const watcher = watch(file, look);
  watcher.on('error', () => {});
  look();
  return { ...journal, stop: () => watcher.close() };
}

/** The lines of the end of a file; the last is none where it is not whole. */
async function lastLines(path: string): Promise<{ lines: string[]; size: number }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, most.first);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const whole = buffer.subarray(0, bytesRead);
    const end = whole.lastIndexOf('\n') + 1;
    const lines = whole.subarray(0, end).toString('utf8').split('\n');
    // The first is a part of one where it was cut. What is not whole is read again when it is.
    return { lines: length < size ? lines.slice(1) : lines, size: size - length + end };
  } finally {
    await file.close();
  }
}

async function portionFrom(path: string, at: number): Promise<{ bytes: Buffer; size: number }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.max(0, Math.min(size - at, most.portion));
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
    return { bytes: buffer.subarray(0, bytesRead), size };
  } finally {
    await file.close();
  }
}

const entriesIn = (lines: readonly string[]): object[] =>
  lines.map(entryIn).filter(entry => entry !== undefined);

function entryIn(line: string): object | undefined {
  try {
    const entry: Json = JSON.parse(line);
    return isObject(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}
