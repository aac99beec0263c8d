import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { PassThrough, type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** A request holds more than is taken. */
export class TooLarge extends Error {
  override name = 'TooLarge';
}

/** Nothing has come for too long. */
export class Stalled extends Error {
  override name = 'Stalled';
}

/** A body that has arrived. */
export interface Upload {
  read(): Readable;
  /** Forget it. */
  remove(): void;
}

/**
 * Take in the whole body of a request, in a file of a folder, before anybody works on it: so a client that is slow holds
 * its connection only. Throws TooLarge and Stalled.
 */
export async function receive(
  request: IncomingMessage,
  folder: string,
  limit: number,
  patience: number,
): Promise<Upload> {
  const file = join(folder, `upload-${randomUUID()}`);
  const remove = () => rmSync(file, { force: true });
  const zipped = /\bgzip\b/.test(String(request.headers['content-encoding'] ?? ''));
  const stall = new AbortController();
  const timer = setTimeout(() => stall.abort(new Stalled('nothing has come for too long')), patience);
  try {
    const unzip = zipped ? createGunzip() : new PassThrough();
    const sink = createWriteStream(file, { mode: 0o600, flags: 'wx' });
    await pipeline(request, unzip, atMost(limit, timer), sink, { signal: stall.signal });
    return { read: () => createReadStream(file), remove };
  } catch (error) {
    remove();
    throw stall.signal.aborted ? stall.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Passes on up to so many bytes, and tells the timer of each that something comes. */
function atMost(limit: number, timer: NodeJS.Timeout): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      timer.refresh();
      size += chunk.length;
      if (size > limit) done(new TooLarge(`a request holds more than ${limit} bytes`));
      else done(null, chunk);
    },
  });
}
