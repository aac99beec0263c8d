import { join } from 'node:path';
import { type Artifact, type GitRepository, names, parseDuration } from '@millrace/api';
import { digestOf, type Owner, type Storage } from '@millrace/artifact';
import {
  type Operation,
  type Operations,
  type Outcome,
  type References,
  timestamp,
  type Visit,
} from '@millrace/controller';
import { isInHistory, listReferences, type Remote, type Repository } from '@millrace/git';
import {
  type Access,
  type AccessRules,
  accessOf,
  admitted,
  patternsFor,
  ReferenceNotFound,
  resolveReference,
  type Target,
} from '@millrace/git-access';
import type { TrustedKeys } from '@millrace/git-signature';
import { equal, type Json, type JsonObject } from '@millrace/json';
import { keyOf } from '@millrace/kube';
import { withoutCredentials } from '@millrace/plain-text';
import { afterCheck } from '../integrity.ts';
import { toBeRetried } from '../retrying.ts';
import { failure, fetchFailed, notReached, outdated, storageFailed } from './failure.ts';
import { areObserved, type Included, includesOf } from './includes.ts';
import { type Found, success, unchanged } from './outcome.ts';
import { CopyFailed, type Part } from './parts.ts';
import type { Snapshots } from './snapshots.ts';
import { fetchSubmodules } from './submodules.ts';
import { requiresVerification, trustedKeys, verified } from './verification.ts';

/** What a reconcile works with. */
export interface Deps extends AccessRules {
  storage: Storage;
  /** The local copy for an object, by its key. */
  repository(key: string): Repository;
  /** The local copy of a submodule of an object's repository, by its URL. */
  module(key: string, url: string): Repository;
  operations: Operations<Found>;
  snapshots: Snapshots;
}

/** All that the artifact is made from, as the cluster knows it. */
interface Inputs {
  access: Access;
  includes: Included[];
  /** Undefined where no signature is asked for, or the Secret is missing. */
  keys: TrustedKeys | undefined;
}

/**
 * Offer what the repository holds as an artifact. Nothing is fetched while the remote has not moved; whatever asks
 * another host is an operation away from the visit.
 */
export async function reconcile(repo: GitRepository, visit: Visit, on: Deps): Promise<Outcome> {
  try {
    return await offer(repo, visit, on);
  } catch (error) {
    throw toBeRetried(error, repo);
  }
}

async function offer(repo: GitRepository, visit: Visit, on: Deps): Promise<Outcome> {
  const key = keyOf(repo.metadata);
  const request = repo.metadata.annotations?.[names.requestedAt] ?? '';
  const inputs: Inputs = {
    access: await accessOf(repo, on).catch(cause => {
      throw notReached(cause);
    }),
    includes: await includesOf(repo, on.references),
    keys: await keysOf(repo, on.references),
  };
  const { includes } = inputs;
  const operation: Operation<Found> = {
    inputs: digestOf(Buffer.from(JSON.stringify([repo.metadata.uid, repo.spec, inputs]))),
    request,
    host: hostOf(inputs.access.remote),
    timeout: parseDuration(repo.spec.timeout ?? '60s'),
    work: afterCheck(repo, on.storage, visit, (signal, say) => find(repo, inputs, on, signal, say)),
  };
  const ended = on.operations.outcome(key, operation, doing => visit.progress(doing));
  if ('error' in ended.result) throw failure(ended.result.error, repo, ended.result.timedOut);
  const found = ended.result.value;
  if (ended.request !== request) return askAgain(key, operation, found, repo, visit, on);
  const outcome = success(repo, includes, found);
  if (outcome.kind === 'unchanged') visit.note(unchanged(found));
  return outcome;
}

/** Somebody has asked again meanwhile: what was found is offered, and what they ask for is looked for. */
function askAgain(
  key: string,
  operation: Operation<Found>,
  found: Found,
  repo: GitRepository,
  visit: Visit,
  on: Deps,
): Outcome {
  const { artifact, subject } = found;
  visit.progress(`building artifact: asked again after revision '${artifact.revision}'`, {
    artifact: artifact as unknown as JsonObject,
  });
  const untold = found.untold || artifact.digest !== repo.status?.artifact?.digest;
  const work: Operation<Found>['work'] = async (signal, say) => {
    const again = await operation.work(signal, say);
    return untold && again.artifact.digest === artifact.digest ? { ...again, subject, untold } : again;
  };
  on.operations.outcome(key, { ...operation, work }, () => {});
  throw new TypeError('an operation that was only started cannot have ended');
}

async function keysOf({ metadata, spec }: GitRepository, references: References) {
  const { namespace = '' } = metadata;
  const name = spec.verify?.secretRef.name;
  const refs = name === undefined ? [] : [{ apiVersion: 'v1', kind: 'Secret', namespace, name }];
  const [secret] = await references.read(keyOf(metadata), 'verification', refs);
  return secret && trustedKeys(secret);
}

async function find(
  repo: GitRepository,
  { access, includes, keys }: Inputs,
  on: Deps,
  signal: AbortSignal,
  say: (doing: string) => void,
): Promise<Found> {
  const remote = await admitted(repo, access, on, signal, repo.metadata.namespace ?? '');
  const target = await targetOf(repo, remote, signal);
  const kept = await currentArtifact(repo, target, includes, on.storage);
  if (kept && !requiresVerification(repo)) return { artifact: kept };
  say(`building artifact: new upstream revision '${target.revision}'`);
  on.snapshots.warm();
  const repository = on.repository(keyOf(repo.metadata));
  const commit = await repository.fetch(remote, target.reference, signal);
  await requireHistory(remote, target, signal);
  const checkout = { target, commit, repository };
  const said = repo.spec.verify && (await verified(repo, checkout, keys, signal));
  // The branch may have moved on since it was listed: what was fetched is what is offered.
  const revision = target.revision.replace(target.commit, commit);
  const isKept = kept !== undefined && kept.revision === revision;
  const content = { remote, commit, revision, includes };
  const artifact = isKept
    ? kept
    : await makeArtifact(repo, content, on, signal).catch(error => {
        if (signal.aborted) throw error;
        throw outdated(repo, revision, failure(error, repo, false));
      });
  await on.storage.collect(ownerOf(repo), artifact.path);
  return { artifact, subject: await repository.subject(commit, signal), verified: said };
}

function hostOf({ url, fetchUrl = url }: Remote): string {
  return URL.canParse(fetchUrl) ? new URL(fetchUrl).host : '';
}

export function ownerOf({ kind, metadata }: GitRepository): Owner {
  return { kind, namespace: metadata.namespace ?? '', name: metadata.name };
}

async function targetOf({ spec }: GitRepository, remote: Remote, signal: AbortSignal): Promise<Target> {
  const patterns = patternsFor(spec.ref);
  const references: Map<string, string> =
    patterns.length > 0 ? await listReferences(remote, patterns, signal) : new Map();
  try {
    return resolveReference(spec.ref, references, withoutCredentials(spec.url));
  } catch (error) {
    if (!(error instanceof ReferenceNotFound) || references.size > 0) throw error;
    throw (await isEmpty(remote, signal))
      ? fetchFailed('EmptyGitRepository', 'git repository is empty')
      : error;
  }
}

/** A host gives out commits of forks as well, which are nobody's word but their author's. */
async function requireHistory(
  remote: Remote,
  { commit, within }: Target,
  signal: AbortSignal,
): Promise<void> {
  if (within === undefined || (await isInHistory(remote, commit, within, signal))) return;
  const where = within.endsWith('*') ? 'any branch' : within.slice('refs/heads/'.length);
  throw new ReferenceNotFound(`unable to resolve commit object for '${commit}': it is not on ${where}`);
}

/** Without any reference, which is more than one that is missing. */
async function isEmpty(remote: Remote, signal: AbortSignal): Promise<boolean> {
  return (await listReferences(remote, [], signal)).size === 0;
}

/** The artifact that there is, when it is of the target, made by the same rules of the same parts, and whole. */
async function currentArtifact(
  repo: GitRepository,
  target: Target,
  includes: Included[],
  storage: Storage,
): Promise<Artifact | undefined> {
  const { spec, status } = repo;
  const { artifact, observedIgnore, observedSparseCheckout, observedRecurseSubmodules } = status ?? {};
  if (!artifact || artifact.revision !== target.revision) return undefined;
  if ((observedIgnore ?? null) !== (spec.ignore ?? null)) return undefined;
  if (!equal((observedSparseCheckout ?? null) as Json, (spec.sparseCheckout ?? null) as Json))
    return undefined;
  if ((observedRecurseSubmodules ?? false) !== (spec.recurseSubmodules ?? false)) return undefined;
  if (!areObserved(repo, includes)) return undefined;
  if (!(await storage.verify(artifact.path, artifact.digest))) return undefined;
  return { ...artifact, url: storage.urlOf(artifact.path) };
}

/** What has been fetched, and what goes with it. */
interface Content {
  remote: Remote;
  commit: string;
  revision: string;
  includes: Included[];
}

async function makeArtifact(
  repo: GitRepository,
  { remote, commit, revision, includes }: Content,
  on: Deps,
  signal: AbortSignal,
): Promise<Artifact> {
  const { spec, metadata } = repo;
  const key = keyOf(metadata);
  const repository = on.repository(key);
  const around = {
    urls: on.urls,
    folders: spec.sparseCheckout,
    module: (url: string) => on.module(key, url),
  };
  const submodules = spec.recurseSubmodules
    ? await fetchSubmodules(remote, repository, commit, around, signal)
    : [];
  const parts = [...submodules, ...(await included(includes, on.storage))];
  const rules = { ignore: spec.ignore, folders: spec.sparseCheckout };
  const options = { group: metadata.namespace ?? '', timeout: parseDuration(spec.timeout ?? '60s'), signal };
  const { path, digest, size } = await on.storage
    .putBy(ownerOf(repo), `${commit}.tar.gz`, place =>
      on.snapshots.write({ repository: repository.path, commit, rules, parts, place }, options),
    )
    .catch(cause => {
      throw cause instanceof CopyFailed ? storageFailed('CopyFailure', cause.message, { cause }) : cause;
    });
  const lastUpdateTime = timestamp(new Date());
  return { digest, lastUpdateTime, path, revision, size, url: on.storage.urlOf(path) };
}

/** Artifacts lie in our own store, where they are read as what their digests say. */
async function included(includes: Included[], storage: Storage): Promise<Part[]> {
  const parts: Part[] = [];
  for (const { name, from, to, artifact } of includes) {
    if (!(await storage.verify(artifact.path, artifact.digest)))
      throw storageFailed(
        'CopyFailure',
        `failed to copy '${name}' include from ${from} to ${to}: its artifact is not in the store as its digest says`,
      );
    parts.push({ kind: 'artifact', at: to, name, file: join(storage.root, artifact.path), from });
  }
  return parts;
}
