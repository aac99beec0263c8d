import { watch } from 'node:fs';
import { open } from 'node:fs/promises';
import { splitLines } from './split-lines.ts';

export interface LogFileOptions {
  /** Only so many of the lines that are there; all where it is left out. */
  tail?: number | undefined;
  /** Go on with what is written, until the signal aborts. */
  follow: boolean;
  signal: AbortSignal;
}

/** The lines of a file. A file that is emptied while it is followed is read from its start again. */
export async function* linesOfFile(path: string, options: LogFileOptions): AsyncGenerator<string> {
  const file = await open(path);
  try {
    let position = (await file.stat()).size;
    const lines = splitLines((await file.read({ buffer: Buffer.alloc(position), position: 0 })).buffer);
    const { complete, rest } = lines;
    yield* options.tail === undefined
      ? complete
      : complete.slice(Math.max(0, complete.length - options.tail));
    if (!options.follow) {
      if (rest.length > 0) yield rest.toString('utf8');
      return;
    }
    let pending: Buffer = rest;
    for await (const _ of changesOf(path, options.signal)) {
      const { size } = await file.stat();
      if (size < position) {
        position = 0;
        pending = Buffer.alloc(0);
      }
      const { buffer } = await file.read({ buffer: Buffer.alloc(size - position), position });
      position = size;
      const next = splitLines(Buffer.concat([pending, buffer]));
      pending = next.rest;
      yield* next.complete;
    }
  } finally {
    await file.close();
  }
}

/** Yields at once, and after every change; changes that come while one is handled count as one. Ends with the signal. */
async function* changesOf(path: string, signal: AbortSignal): AsyncGenerator<void> {
  let next = Promise.withResolvers<void>();
  const wake = () => next.resolve();
  const watcher = watch(path, wake);
  signal.addEventListener('abort', wake, { once: true });
  try {
    while (!signal.aborted) {
      yield;
      await next.promise;
      next = Promise.withResolvers();
    }
  } finally {
    watcher.close();
    signal.removeEventListener('abort', wake);
  }
}
