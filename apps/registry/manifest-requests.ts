import { answeredUnchanged, contentHeaders, created, type Exchange, empty, isHead, json } from './answer.ts';
import { wholeBody } from './body.ts';
import { type Digest, digestIn, digestOf, requireDigest } from './digest.ts';
import type { Ledger, Manifest } from './ledger.ts';
import { annotationsOf, type Contents, largestManifest, readManifest } from './manifest.ts';
import { isTag } from './names.ts';
import { Problem } from './problem.ts';

/** Tags of one request (distribution-spec, "Pushing Manifests": at least 10). */
const mostTags = 100;

/** @param resolve what tags mean that nobody has pushed */
export function sendManifest(
  exchange: Exchange,
  ledger: Ledger,
  repository: string,
  reference: string,
  resolve: (repository: string, tag: string) => string | undefined = () => undefined,
): void {
  const { response } = exchange;
  const digest = reference.includes(':')
    ? requireDigest(reference).text
    : (ledger.resolveTag(repository, reference) ?? resolve(repository, reference));
  const manifest = digest === undefined ? undefined : ledger.manifest(repository, digest);
  if (!manifest) throw unknownManifest(repository, reference);
  if (answeredUnchanged(exchange, manifest.digest)) return;
  response.writeHead(200, contentHeaders(manifest.digest, manifest.mediaType, manifest.bytes.length));
  response.end(isHead(exchange) ? undefined : manifest.bytes);
}

/** PUT. @returns the digest, and the tags that point at it from now on */
export async function putManifest(
  exchange: Exchange,
  ledger: Ledger,
  repository: string,
  reference: string,
): Promise<{ digest: string; tags: string[] }> {
  const { request, response, query } = exchange;
  const named = reference.includes(':') ? requireDigest(reference) : undefined;
  const tags = named ? query.getAll('tag') : [reference];
  if (tags.length > mostTags)
    throw new Problem(414, 'MANIFEST_INVALID', `more than ${mostTags} tags in one request`);
  if (!tags.every(isTag)) throw new Problem(400, 'MANIFEST_INVALID', 'a tag of the request is none');
  const bytes = await wholeBody(request, largestManifest);
  const digest = digestOf(bytes, named?.algorithm);
  if (named && named.text !== digest.text)
    throw new Problem(400, 'DIGEST_INVALID', `what has come is ${digest.text}`);
  const contents = readManifest(bytes, request.headers['content-type']);
  requireParts(contents, ledger, repository);
  const { mediaType, subject, artifactType } = contents;
  ledger.putManifest(repository, { digest: digest.text, mediaType, bytes, subject, artifactType }, tags);
  if (subject !== undefined) response.setHeader('oci-subject', subject);
  if (named && tags.length > 0) response.setHeader('oci-tag', tags.join(', '));
  created(response, `/v2/${repository}/manifests/${digest.text}`, digest);
  return { digest: digest.text, tags };
}

export function deleteManifest(
  { response }: Exchange,
  ledger: Ledger,
  repository: string,
  reference: string,
): void {
  const isGone = reference.includes(':')
    ? ledger.removeManifest(repository, requireDigest(reference).text)
    : ledger.removeTag(repository, reference);
  if (!isGone) throw unknownManifest(repository, reference);
  empty(response, 202);
}

/** Whoever pulls it finds all of it; a subject may come later. */
function requireParts({ blobs, manifests }: Contents, ledger: Ledger, repository: string): void {
  const missing =
    blobs.find(digest => !ledger.hasBlob(repository, digest)) ??
    manifests.find(digest => !ledger.hasManifest(repository, digest));
  if (missing !== undefined)
    throw new Problem(
      404,
      'MANIFEST_BLOB_UNKNOWN',
      `${repository} has no ${missing}: it has to be pushed before`,
    );
}

/** Of one answer; as much as the largest manifest may have to be read for each. */
const mostReferrers = 100;

export function sendReferrers(
  exchange: Exchange,
  ledger: Ledger,
  repository: string,
  reference: string,
): void {
  const { response, query } = exchange;
  const subject: Digest = requireDigest(reference);
  const artifactType = query.get('artifactType') ?? undefined;
  const after = digestIn(query.get('last') ?? '')?.text ?? '';
  const found = ledger.referrers(repository, subject.text, { artifactType, after, most: mostReferrers + 1 });
  const shown = found.slice(0, mostReferrers);
  const value = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: shown.map(descriptorOf),
  };
  const next = new URLSearchParams({
    ...(artifactType === undefined ? {} : { artifactType }),
    last: shown.at(-1)?.digest ?? '',
  });
  const link = `</v2/${repository}/referrers/${subject.text}?${next}>; rel="next"`;
  json(response, value, {
    'content-type': value.mediaType,
    ...(artifactType === undefined ? {} : { 'oci-filters-applied': 'artifactType' }),
    ...(found.length > shown.length ? { link } : {}),
  });
}

function descriptorOf({ mediaType, digest, bytes, artifactType }: Manifest) {
  const annotations = annotationsOf(bytes);
  return {
    mediaType,
    digest,
    size: bytes.length,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations ? { annotations } : {}),
  };
}

function unknownManifest(repository: string, reference: string): Problem {
  const sign = reference.includes(':') ? '@' : ':';
  return new Problem(404, 'MANIFEST_UNKNOWN', `there is no ${repository}${sign}${reference}`);
}
