import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Artifact, type HelmRepository, names, parseDuration } from '@millrace/api';
import {
  type Algorithm,
  algorithmOf,
  digestOf,
  digestOfFile,
  type Owner,
  type Storage,
} from '@millrace/artifact';
import {
  Failed,
  type Operation,
  type Operations,
  type Outcome,
  type References,
  Stalled,
  timestamp,
  type Visit,
} from '@millrace/controller';
import {
  HelmRepositoryError,
  type HelmRepositoryOptions,
  helmRepositoryClient,
  InvalidRepositoryUrl,
  normalUrl,
  type Validators,
} from '@millrace/helm-repository';
import type { JsonObject } from '@millrace/json';
import { keyOf } from '@millrace/kube';
import { withoutCredentials } from '@millrace/plain-text';
import { afterCheck } from '../../integrity.ts';
import { notReached, retrying } from '../../retrying.ts';
import { noteUpToDate } from '../../up-to-date.ts';
import { accessOf } from '../access.ts';
import { outcomeFor } from '../asked.ts';
import type { HelmOptions } from '../options.ts';
import { type Place, placeOf } from '../place.ts';
import { HelmRefused } from '../work/works.ts';
import { defaultTimeout, type Found } from './found.ts';
import { success } from './outcome.ts';

/** What a reconcile works with. */
export interface Deps extends HelmOptions {
  references: References;
  operations: Operations<Found>;
  /** By object: what the server said of an index, and the artifact that was made of it. */
  validators: Map<string, { revision: string; known: Validators; artifact?: Artifact | undefined }>;
}

/** Offer the index of a repository as an artifact. An index that is the same costs one request and no body. */
export async function reconcile(repo: HelmRepository, visit: Visit, on: Deps): Promise<Outcome> {
  const url = urlOf(repo);
  const key = keyOf(repo.metadata);
  const place = placeOf(repo.spec.url, on.urls);
  // Credentials are for the place that the spec names.
  const isOwn = place.kind === 'url' && place.isOwn;
  const access = isOwn ? await accessTo(repo, on.references) : {};
  const timeout = repo.spec.timeout ?? defaultTimeout;
  const operation: Operation<Found> = {
    inputs: digestOf(Buffer.from(JSON.stringify([repo.metadata.uid, repo.spec, access]))),
    request: repo.metadata.annotations?.[names.requestedAt] ?? '',
    host: new URL(url).host,
    timeout: parseDuration(timeout),
    work: afterCheck(repo, on.storage, visit, (signal, say) => find(repo, place, access, on, signal, say)),
  };
  const result = outcomeFor(on.operations, key, operation, visit, ({ artifact }) => ({
    doing: `building artifact: asked again after index revision '${artifact.revision}'`,
    status: { artifact: artifact as unknown as JsonObject },
  }));
  if ('error' in result) throw failure(result.error, repo, result.timedOut);
  return noteUpToDate(success(repo, result.value, on.storage), result.value.artifact.revision, visit);
}

/** Throws Failed with what it says of fetching. */
async function accessTo(repo: HelmRepository, references: References): Promise<HelmRepositoryOptions> {
  try {
    return await accessOf(repo.spec, repo, references);
  } catch (error) {
    throw notReached(error, repo);
  }
}

export function ownerOf({ kind, metadata }: HelmRepository): Owner {
  return { kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

function urlOf({ spec }: HelmRepository): string {
  const invalid = (problem: string) => {
    const message = `invalid Helm repository URL: ${problem}`;
    return new Stalled('URLInvalid', message, { conditions: fetchFailed('URLInvalid', message) });
  };
  if (spec.url.startsWith('oci://'))
    throw invalid("'oci' URL scheme cannot be used with 'default' HelmRepository type");
  try {
    return normalUrl(spec.url);
  } catch (error) {
    if (error instanceof InvalidRepositoryUrl) throw invalid(error.message);
    throw error;
  }
}

async function find(
  repo: HelmRepository,
  place: Place,
  access: HelmRepositoryOptions,
  on: Deps,
  signal: AbortSignal,
  say: (doing: string) => void,
): Promise<Found> {
  const key = keyOf(repo.metadata);
  // Who is asked again knows more than the object does yet.
  const kept = await whole(on.validators.get(key)?.artifact ?? repo.status?.artifact, on.storage);
  const isNew = ({ digest }: Artifact) => digest !== repo.status?.artifact?.digest;
  const file = join(on.scratch, `${repo.metadata.uid}.index`);
  try {
    const revision =
      place.kind === 'url'
        ? await fetchIndex(repo, place.url, access, kept, file, on, signal)
        : await revisionOf(
            file,
            (await on.works.do(listing(place.folder, file, on), turn(repo, signal))).digest,
            kept,
            on.storage,
          );
    if (kept?.revision === revision) return { artifact: kept, isNew: isNew(kept) };
    say(`building artifact: new index revision '${revision}'`);
    const artifact = await makeArtifact(repo, file, revision, on, signal);
    await on.storage.collect(ownerOf(repo), artifact.path);
    const said = on.validators.get(key);
    if (said) said.artifact = artifact;
    return { artifact, isNew: isNew(artifact) };
  } finally {
    await rm(file, { force: true });
  }
}

const listing = (folder: string, to: string, { limits }: Deps) => ({
  kind: 'list-folder' as const,
  folder,
  to,
  limits,
});

const turn = ({ metadata, spec }: HelmRepository, signal: AbortSignal) => ({
  group: metadata.namespace ?? '',
  timeout: parseDuration(spec.timeout ?? defaultTimeout),
  signal,
});

/** Returns the revision of the index, and leaves it in the file where it is another than the one on offer. */
async function fetchIndex(
  { metadata }: HelmRepository,
  url: string,
  access: HelmRepositoryOptions,
  kept: Artifact | undefined,
  file: string,
  on: Deps,
  signal: AbortSignal,
): Promise<string> {
  const key = keyOf(metadata);
  const said = on.validators.get(key);
  const client = helmRepositoryClient(url, access);
  try {
    const known = kept && said?.revision === kept.revision ? said.known : {};
    const index = await client.index(known, on.limits.index, signal);
    if (!index.isModified) {
      if (kept) return kept.revision;
      throw new HelmRepositoryError('invalid', `${withoutCredentials(url)} sends no index`);
    }
    const revision = await revisionOf(file, await save(index.parts, file, signal), kept, on.storage);
    const artifact = kept?.revision === revision ? kept : undefined;
    on.validators.set(key, { revision, known: index.validators, artifact });
    return revision;
  } finally {
    await client.close();
  }
}

/** By the algorithm that is asked for; that of the artifact that there is, where it is of the same index. */
async function revisionOf(
  file: string,
  sha256: string,
  kept: Artifact | undefined,
  { algorithm }: Storage,
): Promise<string> {
  const by = async (one: Algorithm) => (one === 'sha256' ? sha256 : digestOfFile(file, one));
  const before = algorithmOf(kept?.revision ?? '');
  if (kept && before && (await by(before)) === kept.revision) return kept.revision;
  return (await by(algorithm)) ?? sha256;
}

/** The artifact, if it is there and whole. */
async function whole(artifact: Artifact | undefined, storage: Storage): Promise<Artifact | undefined> {
  if (!artifact || !(await storage.verify(artifact.path, artifact.digest))) return undefined;
  return { ...artifact, url: storage.urlOf(artifact.path) };
}

/** Writes the index as it comes. Returns its digest. */
async function save(parts: AsyncIterable<Uint8Array>, file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const through = async function* () {
    for await (const part of parts) {
      hash.update(part);
      yield part;
    }
  };
  await pipeline(through, createWriteStream(file, { mode: 0o600 }), { signal });
  return `sha256:${hash.digest('hex')}`;
}

async function makeArtifact(
  repo: HelmRepository,
  from: string,
  revision: string,
  on: Deps,
  signal: AbortSignal,
): Promise<Artifact> {
  const fileName = `index-${revision.slice(revision.indexOf(':') + 1)}.yaml`;
  const { path, digest, size } = await on.storage.put(
    ownerOf(repo),
    fileName,
    to => on.works.do({ kind: 'index', from, to, limits: on.limits }, turn(repo, signal)),
    'index.yaml',
  );
  const url = on.storage.urlOf(path);
  return { digest, lastUpdateTime: timestamp(new Date()), path, revision, size, url };
}

const fetchFailed = (reason: string, message: string) =>
  ({ FetchFailed: { status: 'True', reason, message } }) as const;

/** What went wrong decides the condition: fetching, unless it is the store. The last artifact stays on offer. */
function failure(error: unknown, repo: HelmRepository, timedOut: boolean): Failed {
  const { spec } = repo;
  const said = error instanceof Error ? error.message : String(error);
  const failed = (reason: string, message: string, retryAfter?: number) =>
    new Failed(reason, message, {
      cause: error,
      conditions: { ...fetchFailed(reason, message), ...retrying(repo) },
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
  if (timedOut)
    return failed(
      'Failed',
      `failed to fetch Helm repository index: '${withoutCredentials(spec.url)}' did not answer within ${spec.timeout ?? defaultTimeout}`,
    );
  if (error instanceof HelmRepositoryError)
    return failed('Failed', `failed to fetch Helm repository index: ${said}`, error.retryAfter);
  if (error instanceof HelmRefused)
    return failed(
      'IndexationFailed',
      `failed to load Helm repository from index YAML: failed to load index: ${said}`,
    );
  const message = `unable to save artifact to storage: ${said}`;
  return new Failed('ArchiveOperationFailed', message, {
    cause: error,
    conditions: {
      StorageOperationFailed: { status: 'True', reason: 'ArchiveOperationFailed', message },
      ...retrying(repo),
    },
  });
}
