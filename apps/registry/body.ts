import type { IncomingMessage } from 'node:http';
import { Problem } from './problem.ts';

/** Nothing comes for so long, and the client is given up; in milliseconds. */
const usualPatience = 30_000;

/**
 * The bytes of a request as they come. Throws Problem for more of them than the limit, and when nothing comes for too
 * long; and what the connection ends with when the client goes.
 */
export async function* bodyOf(
  request: IncomingMessage,
  limit: number,
  patience = usualPatience,
): AsyncGenerator<Buffer> {
  const told = Number(request.headers['content-length'] ?? 0);
  if (told > limit) throw tooLarge(limit);
  let size = 0;
  // By hand: a loop that is left early would end the connection before the client hears why.
  const parts = request[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await inTime(parts.next(), patience);
    if (done) return;
    size += value.length;
    if (size > limit) throw tooLarge(limit);
    yield value;
  }
}

async function inTime<T>(next: Promise<T>, patience: number): Promise<T> {
  const stalled = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => stalled.reject(new Problem(408, 'BLOB_UPLOAD_INVALID', 'nothing has come for too long')),
    patience,
  );
  try {
    return await Promise.race([next, stalled.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLarge(limit: number): Problem {
  return new Problem(413, 'SIZE_INVALID', `it is larger than ${limit} bytes`);
}

/** A body whole. */
export async function wholeBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of bodyOf(request, limit)) parts.push(part);
  return Buffer.concat(parts);
}
