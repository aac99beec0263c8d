import { created, type Exchange, empty } from './answer.ts';
import type { Blobs } from './blobs.ts';
import { bodyOf } from './body.ts';
import { digestIn, requireDigest } from './digest.ts';
import { requireName } from './names.ts';
import { Problem } from './problem.ts';
import type { Upload, Uploads } from './uploads.ts';

/** Of a blob, in bytes. */
export const largestBlob = 4 * 2 ** 30;

/** POST: begin an upload; or have it all in this request; or take over what another repository has. */
export async function beginUpload(
  exchange: Exchange,
  blobs: Blobs,
  uploads: Uploads,
  repository: string,
): Promise<void> {
  const { response, query } = exchange;
  const digest = query.get('digest');
  if (digest !== null) requireDigest(digest);
  const mounted = digestIn(query.get('mount') ?? '');
  const from = query.get('from');
  if (mounted && (await blobs.mount(repository, mounted, from === null ? undefined : requireName(from))))
    return created(response, `/v2/${repository}/blobs/${mounted.text}`, mounted);
  const upload = await uploads.begin(repository);
  if (digest !== null)
    return finishUpload(exchange, blobs, upload).catch(error =>
      upload.cancel().then(() => Promise.reject(error)),
    );
  empty(response, 202, { ...placeOf(upload), range: '0-0' });
}

/** PATCH: the next part. */
export async function appendUpload(exchange: Exchange, upload: Upload): Promise<void> {
  const { request, response } = exchange;
  await take(exchange, upload, request.headers['content-range']);
  empty(response, 202, placeOf(upload));
}

/** PUT: the last part, if there is one, and what all of it must be. */
export async function finishUpload(exchange: Exchange, blobs: Blobs, upload: Upload): Promise<void> {
  const { request, response, query } = exchange;
  const digest = requireDigest(query.get('digest') ?? '');
  await take(exchange, upload, request.headers['content-range']);
  const file = await upload.finish(digest);
  await blobs.adopt(upload.repository, digest, file);
  created(response, `/v2/${upload.repository}/blobs/${digest.text}`, digest);
}

export function tellUpload({ response }: Exchange, upload: Upload): void {
  response.writeHead(204, placeOf(upload)).end();
}

export async function cancelUpload({ response }: Exchange, upload: Upload): Promise<void> {
  await upload.cancel();
  response.writeHead(204).end();
}

async function take({ request }: Exchange, upload: Upload, range: string | undefined): Promise<void> {
  requireNext(upload, range, request.headers['content-length']);
  await upload.append(bodyOf(request, largestBlob - upload.size));
}

/** Parts come in order (distribution-spec, "Pushing a blob in chunks"). */
function requireNext(upload: Upload, range: string | undefined, length: string | undefined): void {
  if (range === undefined) return;
  const [, start, end] = /^(?:bytes )?(\d{1,15})-(\d{1,15})(?:\/(?:\d{1,15}|\*))?$/.exec(range) ?? [];
  const isNext = Number(start) === upload.size;
  const isWhole = length === undefined || Number(length) === Number(end) - Number(start) + 1;
  if (isNext && isWhole) return;
  const message = `bytes are expected from ${upload.size} on, and Content-Range says ${JSON.stringify(range.slice(0, 100))}`;
  throw new Problem(416, 'BLOB_UPLOAD_INVALID', message, placeOf(upload));
}

function placeOf({ repository, id, size }: Upload): Record<string, string> {
  return {
    location: `/v2/${repository}/blobs/uploads/${id}`,
    'docker-upload-uuid': id,
    range: `0-${Math.max(0, size - 1)}`,
  };
}
