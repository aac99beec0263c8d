import { pipeline } from 'node:stream/promises';
import { answeredUnchanged, contentHeaders, type Exchange, empty, isHead } from './answer.ts';
import type { Blobs } from './blobs.ts';
import { requireDigest } from './digest.ts';
import { Problem } from './problem.ts';

/** GET and HEAD: whole, or the part that the client asks for. */
export async function sendBlob(
  exchange: Exchange,
  blobs: Blobs,
  repository: string,
  reference: string,
): Promise<void> {
  const { request, response } = exchange;
  const digest = requireDigest(reference);
  const blob = await blobs.open(repository, digest);
  if (!blob) throw unknownBlob(repository, reference);
  const { file, size } = blob;
  try {
    if (answeredUnchanged(exchange, digest.text)) return;
    const part = rangeOf(request.headers.range, size);
    const { start, end } = part ?? { start: 0, end: size - 1 };
    response.writeHead(part ? 206 : 200, {
      ...contentHeaders(digest.text, 'application/octet-stream', end - start + 1),
      'accept-ranges': 'bytes',
      ...(part ? { 'content-range': `bytes ${start}-${end}/${size}` } : {}),
    });
    if (isHead(exchange) || size === 0) response.end();
    else await pipeline(file.createReadStream({ start, end, autoClose: false }), response);
  } finally {
    await file.close();
  }
}

export function deleteBlob(
  { response }: Exchange,
  blobs: Blobs,
  repository: string,
  reference: string,
): void {
  if (!blobs.remove(repository, requireDigest(reference))) throw unknownBlob(repository, reference);
  empty(response, 202);
}

/** One range (RFC 9110, 14.2): who asks for several, or writes none, gets it all. Throws Problem for one beyond the end. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  // The start of a range is not behind its end, else it is none.
  if (from !== '' && to !== '' && Number(from) > Number(to)) return undefined;
  if (start < size) return { start, end };
  throw new Problem(416, 'SIZE_INVALID', 'the range begins after the last byte', {
    'content-range': `bytes */${size}`,
  });
}

function unknownBlob(repository: string, digest: string): Problem {
  return new Problem(404, 'BLOB_UNKNOWN', `${repository} has no blob ${digest}`);
}
