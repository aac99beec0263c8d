import { type Artifact, type GitRepository, names, parseDuration } from '@millrace/api';
import { digestOf, type Owner, type Storage } from '@millrace/artifact';
import {
  type EventNote,
  Failed,
  findCondition,
  type Operation,
  type Operations,
  type Outcome,
  type References,
  Stalled,
  timestamp,
  type Visit,
} from '@millrace/controller';
import { GitError, listReferences, type Remote, type Repository } from '@millrace/git';
import { equal, type Json, type JsonObject } from '@millrace/json';
import { keyOf } from '@millrace/kube';
import { withoutCredentials } from '@millrace/plain-text';
import { httpCredentials } from './credentials.ts';
import { patternsFor, ReferenceNotFound, resolveReference, type Target } from './reference.ts';
import { SnapshotRefused } from './snapshot.ts';
import type { Snapshots } from './snapshots.ts';
import { mappedUrl, type UrlMap } from './url-map.ts';

/** What a reconcile works with. */
export interface Deps {
  storage: Storage;
  references: References;
  /** The local copy for an object, by its key. */
  repository(key: string): Repository;
  operations: Operations<Found>;
  snapshots: Snapshots;
  urls: UrlMap;
}

/** What an operation came to: the artifact that there is, or a new one. */
export interface Found {
  artifact: Artifact;
  /** Of the commit of a new artifact. */
  subject?: string;
}

/**
 * Offer what the repository holds as an artifact. Nothing is fetched while the remote has not moved; whatever asks
 * another host is an operation away from the visit.
 */
export async function reconcile(repo: GitRepository, visit: Visit, on: Deps): Promise<Outcome> {
  requireSupported(repo, on);
  const key = keyOf(repo.metadata);
  const request = repo.metadata.annotations?.[names.requestedAt] ?? '';
  const remote = await remoteOf(repo, on);
  const operation: Operation<Found> = {
    inputs: digestOf(Buffer.from(JSON.stringify([repo.metadata.uid, repo.spec, remote]))),
    request,
    host: hostOf(remote),
    timeout: parseDuration(repo.spec.timeout ?? '60s'),
    work: (signal, say) => find(repo, remote, on, signal, say),
  };
  const ended = on.operations.outcome(key, operation, doing => visit.progress(doing));
  if ('error' in ended.result) throw failure(ended.result.error, repo, ended.result.timedOut);
  const { artifact, subject } = ended.result.value;
  if (ended.request !== request) return askAgain(key, operation, artifact, visit, on);
  return subject === undefined ? upToDate(repo, artifact) : stored(repo, artifact, subject);
}

/** Somebody has asked again meanwhile: what was found is offered, and what they ask for is looked for. */
function askAgain(
  key: string,
  operation: Operation<Found>,
  artifact: Artifact,
  visit: Visit,
  on: Deps,
): Outcome {
  visit.progress(`building artifact: asked again after revision '${artifact.revision}'`, {
    artifact: artifact as unknown as JsonObject,
  });
  on.operations.outcome(key, operation, () => {});
  throw new TypeError('an operation that was only started cannot have ended');
}

async function find(
  repo: GitRepository,
  remote: Remote,
  on: Deps,
  signal: AbortSignal,
  say: (doing: string) => void,
): Promise<Found> {
  const target = await targetOf(repo, remote, signal);
  const kept = await currentArtifact(repo, target, on.storage);
  if (kept) return { artifact: kept };
  say(`building artifact: new upstream revision '${target.revision}'`);
  const found = await makeArtifact(repo, remote, target, on, signal);
  await on.storage.collect(ownerOf(repo), found.artifact.path);
  return found;
}

function hostOf({ url, fetchUrl = url }: Remote): string {
  return URL.canParse(fetchUrl) ? new URL(fetchUrl).host : '';
}

export function ownerOf({ kind, metadata }: GitRepository): Owner {
  return { kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

/** What this version cannot do is refused: an artifact must not hold less, or be trusted more, than the spec says. */
function requireSupported({ spec }: GitRepository, on: Deps): void {
  const fields: [string, boolean][] = [
    ['spec.verify', spec.verify !== undefined],
    ['spec.include', (spec.include?.length ?? 0) > 0],
    ['spec.recurseSubmodules', spec.recurseSubmodules === true],
    ['spec.proxySecretRef', spec.proxySecretRef !== undefined],
    [`spec.provider ${spec.provider}`, spec.provider !== undefined && spec.provider !== 'generic'],
    ['spec.url with ssh://', spec.url.startsWith('ssh:') && mappedUrl(spec.url, on.urls) === undefined],
  ];
  const set = fields.filter(([, isSet]) => isSet).map(([field]) => field);
  if (set.length > 0)
    throw new Stalled('UnsupportedField', `this version of Millrace does not act on ${set.join(', ')}`);
}

async function remoteOf({ spec, metadata }: GitRepository, on: Deps): Promise<Remote> {
  const fetchUrl = mappedUrl(spec.url, on.urls);
  if (fetchUrl !== undefined) return { url: spec.url, fetchUrl };
  if (!spec.secretRef) return { url: spec.url };
  const { namespace = '' } = metadata;
  const { name } = spec.secretRef;
  const [secret] = await on.references.read(keyOf(metadata), 'credentials', [
    { apiVersion: 'v1', kind: 'Secret', namespace, name },
  ]);
  if (!secret)
    throw new Failed(
      'AuthenticationFailed',
      `failed to get secret '${namespace}/${name}': secrets "${name}" not found`,
    );
  return { url: spec.url, credentials: httpCredentials(secret) };
}

async function targetOf({ spec }: GitRepository, remote: Remote, signal: AbortSignal): Promise<Target> {
  const patterns = patternsFor(spec.ref);
  const references: Map<string, string> =
    patterns.length > 0 ? await listReferences(remote, patterns, signal) : new Map();
  try {
    return resolveReference(spec.ref, references);
  } catch (error) {
    if (!(error instanceof ReferenceNotFound) || references.size > 0) throw error;
    throw (await isEmpty(remote, signal))
      ? new Failed('EmptyGitRepository', 'git repository is empty')
      : error;
  }
}

/** Without any reference, which is more than one that is missing. */
async function isEmpty(remote: Remote, signal: AbortSignal): Promise<boolean> {
  return (await listReferences(remote, [], signal)).size === 0;
}

/** The artifact that there is, when it is of the target, made by the same rules, and whole. */
async function currentArtifact(
  repo: GitRepository,
  target: Target,
  storage: Storage,
): Promise<Artifact | undefined> {
  const { artifact, observedIgnore, observedSparseCheckout } = repo.status ?? {};
  if (!artifact || artifact.revision !== target.revision) return undefined;
  if ((observedIgnore ?? null) !== (repo.spec.ignore ?? null)) return undefined;
  if (!equal((observedSparseCheckout ?? null) as Json, (repo.spec.sparseCheckout ?? null) as Json))
    return undefined;
  if (!(await storage.verify(artifact.path, artifact.digest))) return undefined;
  return { ...artifact, url: storage.urlOf(artifact.path) };
}

async function makeArtifact(
  repo: GitRepository,
  remote: Remote,
  target: Target,
  on: Deps,
  signal: AbortSignal,
) {
  const repository = on.repository(keyOf(repo.metadata));
  const commit = await repository.fetch(remote, target.reference, signal);
  // The branch may have moved on since it was listed: what was fetched is what is offered.
  const revision = target.revision.replace(target.commit, commit);
  const rules = { ignore: repo.spec.ignore, folders: repo.spec.sparseCheckout };
  const options = {
    group: repo.metadata.namespace ?? '',
    timeout: parseDuration(repo.spec.timeout ?? '60s'),
    signal,
  };
  const { path, digest, size } = await on.storage.put(ownerOf(repo), `${commit}.tar.gz`, file =>
    on.snapshots.write({ repository: repository.path, commit, rules, file }, options),
  );
  const artifact: Artifact = {
    digest,
    lastUpdateTime: timestamp(new Date()),
    path,
    revision,
    size,
    url: on.storage.urlOf(path),
  };
  return { artifact, subject: await repository.subject(commit, signal) };
}

const message = (artifact: Artifact) => `stored artifact for revision '${artifact.revision}'`;

function upToDate(repo: GitRepository, artifact: Artifact): Outcome {
  const { status, metadata } = repo;
  const ready = findCondition(status?.conditions, 'Ready');
  const said =
    ready?.status === 'True' &&
    status?.observedGeneration === metadata.generation &&
    status?.artifact?.url === artifact.url;
  const requeueAfter = parseDuration(repo.spec.interval);
  if (said) return { kind: 'unchanged', requeueAfter };
  const recovered = findCondition(status?.conditions, 'FetchFailed') !== undefined;
  const note: EventNote = {
    severity: 'info',
    reason: 'Succeeded',
    message: message(artifact),
    metadata: metadataOf(artifact),
  };
  return { ...success(repo, artifact), ...(recovered ? { events: [note] } : {}) };
}

function stored(repo: GitRepository, artifact: Artifact, subject: string): Outcome {
  const note: EventNote = {
    severity: 'info',
    reason: 'NewArtifact',
    message: `stored artifact for commit '${subject}'`,
    metadata: metadataOf(artifact),
  };
  return { ...success(repo, artifact), events: [note] };
}

function success(repo: GitRepository, artifact: Artifact) {
  const { ignore, sparseCheckout } = repo.spec;
  return {
    kind: 'ready' as const,
    reason: 'Succeeded',
    message: message(artifact),
    requeueAfter: parseDuration(repo.spec.interval),
    status: {
      artifact: artifact as unknown as JsonObject,
      observedIgnore: ignore ?? null,
      observedSparseCheckout: sparseCheckout ?? null,
    },
    conditions: {
      ArtifactInStorage: { status: 'True' as const, reason: 'Succeeded', message: message(artifact) },
      FetchFailed: false as const,
      StorageOperationFailed: false as const,
      ArtifactOutdated: false as const,
    },
  };
}

function metadataOf({ revision, digest }: Artifact): Record<string, string> {
  return { revision, digest };
}

/** What went wrong decides the condition: fetching, unless it is the store. The last artifact stays on offer. */
function failure(error: unknown, repo: GitRepository, timedOut: boolean): Failed {
  if (error instanceof Stalled) return error;
  const { reason, message } = timedOut
    ? {
        reason: 'GitOperationFailed',
        message: `'${withoutCredentials(repo.spec.url)}' did not answer within ${repo.spec.timeout ?? '60s'}`,
      }
    : explain(error);
  const isStorage = !(isOfGit(error) || error instanceof Failed || timedOut);
  const type = isStorage ? 'StorageOperationFailed' : 'FetchFailed';
  return new Failed(reason, message, {
    cause: error,
    conditions: { [type]: { status: 'True', reason, message } },
  });
}

function isOfGit(error: unknown): boolean {
  return error instanceof GitError || error instanceof ReferenceNotFound || error instanceof SnapshotRefused;
}

function explain(error: unknown): { reason: string; message: string } {
  if (error instanceof Failed) return { reason: error.reason, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof SnapshotRefused) return { reason: 'GitOperationFailed', message };
  if (isOfGit(error)) {
    const refused = error instanceof GitError && error.failure === 'authentication';
    const reason = refused ? 'AuthenticationFailed' : 'GitOperationFailed';
    return { reason, message: `failed to checkout and determine revision: ${message}` };
  }
  return { reason: 'ArchiveOperationFailed', message: `unable to archive artifact to storage: ${message}` };
}
