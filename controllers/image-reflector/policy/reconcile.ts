import { createHash } from 'node:crypto';
import {
  formatDuration,
  type ImagePolicy,
  type ImageReference,
  type ImageRepository,
  names,
  parseDuration,
} from '@millrace/api';
import {
  type EventNote,
  Failed,
  findCondition,
  NotReady,
  type Operation,
  type Operations,
  type Outcome,
  type References,
  Stalled,
  type Visit,
  type WaitFor,
} from '@millrace/controller';
import { keyOf, type WatchCache } from '@millrace/kube';
import { canonical, imageIn } from '../repository/image-name.ts';
import { openRegistry, type RegistryDeps, requireIdentity, type Way, wayTo } from '../repository/way.ts';
import type { TagStore } from '../tag-store.ts';
import { blocked, isElsewhere, repositoryKey, requireAccess } from './access.ts';
import { InvalidPolicy, latestOf } from './latest.ts';

export interface Deps extends RegistryDeps {
  store: TagStore;
  repositories: WatchCache<ImageRepository>;
  /** The namespaces of policies that name repositories elsewhere. */
  namespaces: References;
  waitFor: WaitFor;
  operations: Operations<string>;
  crossNamespaceRefs: boolean;
  /** --requeue-dependency, in milliseconds. */
  recheckAfter: number;
}

/** Choose the latest of an image's tags, and its digest where that is asked for. */
export async function reconcile(policy: ImagePolicy, visit: Visit, on: Deps): Promise<Outcome> {
  const { spec, status } = policy;
  const always = spec.digestReflectionPolicy === 'Always';
  if (always && !spec.interval)
    throw new Stalled(
      'IntervalNotConfigured',
      "spec.interval must be set when spec.digestReflectionPolicy is set to 'Always'",
    );
  const repo = await repositoryOf(policy, on);
  const name = imageIn(repo.spec.image);
  requireIdentity(repo, on.objectLevelIdentity, 'in the ImageRepository ');
  const tag = chosen(policy, repo, canonical(name), on);
  const image = { name: repo.spec.image, tag };
  const digest = await digestOf(policy, repo, image, visit, on);
  const found: ImageReference = { ...image, ...(digest === undefined ? {} : { digest }) };
  const before = status?.latestRef;
  const isSame = before && sameReference(before, found);
  const previous = isSame ? status?.observedPreviousRef : before;
  const message = messageOf(found, previous);
  const ready = findCondition(status?.conditions, names.ready);
  const isNews = ready?.status !== 'True' || ready.message !== message;
  const note: EventNote = { severity: isNews ? 'info' : 'trace', reason: 'Succeeded', message };
  return {
    kind: 'ready',
    reason: 'Succeeded',
    message,
    ...(always && spec.interval ? { requeueAfter: parseDuration(spec.interval) } : {}),
    status: {
      latestRef: { ...found },
      ...(previous ? { observedPreviousRef: { ...previous } } : {}),
    },
    events: [note],
  };
}

async function repositoryOf(policy: ImagePolicy, on: Deps): Promise<ImageRepository> {
  const key = repositoryKey(policy);
  const own = keyOf(policy.metadata);
  if (isElsewhere(policy) && !on.crossNamespaceRefs) throw blocked(policy);
  on.waitFor(own, on.repositories, 'the list of ImageRepository');
  const repo = on.repositories.get(key);
  if (!repo) {
    const missing = `imagerepositories.image.toolkit.fluxcd.io "${policy.spec.imageRepositoryRef.name}" not found`;
    throw new NotReady(
      'DependencyNotReady',
      `failed to get the referred ImageRepository: referenced ImageRepository does not exist: ${missing}`,
      { retryAfter: on.recheckAfter },
    );
  }
  if (!isElsewhere(policy)) return repo;
  const ref = { apiVersion: 'v1', kind: 'Namespace', name: policy.metadata.namespace ?? '' };
  const [namespace] = await on.namespaces.read(own, 'namespace', [ref]);
  requireAccess(policy, repo, namespace);
  return repo;
}

function chosen(policy: ImagePolicy, repo: ImageRepository, image: string, on: Deps): string {
  const tags = on.store.tags(keyOf(repo.metadata), image);
  try {
    if (tags.length > 0) return latestOf(tags, policy.spec);
    latestOf(['0'], { ...policy.spec, policy: policy.spec.policy }); // a policy that is none is told before
  } catch (error) {
    if (error instanceof InvalidPolicy) throw new Stalled('InvalidPolicy', error.message, { cause: error });
    if (tags.length > 0) throw new Failed('Failure', (error as Error).message, { cause: error });
  }
  throw new NotReady(
    'DependencyNotReady',
    `retrying in ${formatDuration(on.recheckAfter)} error: no tags in database`,
    { retryAfter: on.recheckAfter },
  );
}

/** Undefined where none is asked for. Throws Parked while the registry is asked. */
async function digestOf(
  policy: ImagePolicy,
  repo: ImageRepository,
  image: ImageReference,
  visit: Visit,
  on: Deps,
): Promise<string | undefined> {
  const { spec, status, metadata } = policy;
  const mode = spec.digestReflectionPolicy ?? 'Never';
  const before = status?.latestRef;
  if (mode === 'Never') return undefined;
  const isKnown = before?.digest && before.name === image.name && before.tag === image.tag;
  if (mode === 'IfNotPresent' && isKnown) return before.digest;
  const way = await wayTo(repo, imageIn(repo.spec.image), on);
  const operation: Operation<string> = {
    inputs: createHash('sha256')
      .update(JSON.stringify([metadata.uid, image, way]))
      .digest('hex'),
    request: metadata.annotations?.[names.requestedAt] ?? '',
    host: way.place.host,
    timeout: Math.max(parseDuration(repo.spec.timeout ?? repo.spec.interval), 1000),
    work: signal => resolve(repo, way, image, on, signal),
  };
  const { result } = on.operations.outcome(keyOf(metadata), operation, doing => visit.progress(doing));
  if ('error' in result) throw result.error;
  return result.value;
}

async function resolve(
  repo: ImageRepository,
  way: Way,
  { name, tag }: ImageReference,
  on: Deps,
  signal: AbortSignal,
): Promise<string> {
  try {
    const registry = await openRegistry(repo, way, on, signal);
    try {
      return await registry.resolve(tag, signal);
    } finally {
      await registry.close();
    }
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    const message = `failed fetching digest of ${name}:${tag}: failed fetching descriptor for "${name}:${tag}": ${said}`;
    throw new Failed('Failed', message, { cause });
  }
}

function sameReference(a: ImageReference, b: ImageReference): boolean {
  return a.name === b.name && a.tag === b.tag && (a.digest ?? '') === (b.digest ?? '');
}

function messageOf({ name, tag, digest }: ImageReference, previous: ImageReference | undefined): string {
  const now = `Latest image tag for ${name} resolved to ${tag}${digest ? ` with digest ${digest}` : ''}`;
  if (!previous || sameReference(previous, { name, tag, ...(digest ? { digest } : {}) })) return now;
  const was = `${previous.name}:${previous.tag}${previous.digest ? `@${previous.digest}` : ''}`;
  return `${now} (previously ${was})`;
}
