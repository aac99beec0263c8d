import { type HelmRelease, helmRelease } from '@millrace/api';
import { clustersOf, entryOf, type Owned, ownedObjects, type RemoteRules } from '@millrace/applier';
import {
  type Controller,
  type Environment,
  handled,
  Places,
  type Reconciler,
  sourcesOf,
  waitFor,
} from '@millrace/controller';
import { keyOf, type ObjectRef, type WatchCache } from '@millrace/kube';
import type { Charts } from './charts.ts';
import { dependenciesOf } from './dependencies.ts';
import type { Deps } from './deps.ts';
import { abandon, finalize } from './finalize.ts';
import type { Memory } from './memory.ts';
import { reconcile } from './reconcile.ts';
import { sourceOf } from './source.ts';
import { releaseNameOf, storageNamespaceOf } from './spec.ts';
import { isAnother, storesOf } from './stores.ts';

export interface HelmOptions {
  charts: Charts;
  remote: RemoteRules;
  /** False: --no-cross-namespace-refs. */
  crossNamespaceRefs: boolean;
  /** --feature-gates=ExternalArtifact=true. */
  externalArtifacts: boolean;
  /** --default-service-account: whom to impersonate where the spec names nobody. */
  defaultServiceAccount?: string | undefined;
  /** --feature-gates=AdditiveCELDependencyCheck=true. */
  additiveExpressions: boolean;
  /** --requeue-dependency, in milliseconds. */
  recheckAfter: number;
  /** --http-retry. */
  fetchRetries: number;
  /** False: --feature-gates=DisableChartDigestTracking=true. */
  tracksDigests: boolean;
  /** --feature-gates=DefaultToRetryOnFailure=true. */
  retryByDefault: boolean;
  /** --feature-gates=UseHelm3Defaults=true. */
  helm3Defaults: boolean;
  /** Releases that are worked on at once, those that wait aside. */
  concurrency: number;
  /** --override-manager: managers whose changes are undone. */
  overrideManagers: readonly string[];
}

type Kind = typeof helmRelease;

const defaultReason = 'ReconcileError';
export const component = 'helm-controller';

/** The helm controller: what wakes a HelmRelease, and what is done with it then. */
export function helmReleaseReconciler(environment: Environment, options: HelmOptions): Reconciler<Kind> {
  const memories = new Map<string, Memory>();
  let controller: Controller<Kind> | undefined;
  /** Who may be depended on. */
  let everyone: WatchCache<HelmRelease> | undefined;
  const wake = (owner: string) => controller?.wake(owner, 'high');
  const wakeAll = (found: HelmRelease[] = []) => {
    for (const { metadata } of found) wake(keyOf(metadata));
  };
  const memoryOf = (key: string) => {
    const memory = memories.get(key) ?? {};
    memories.set(key, memory);
    return memory;
  };
  const usersOf = (kind: string, key: string) =>
    controller?.objects.indexed('source', `${kind}/${key}`) ?? [];
  /** An object of a release has changed: whether it has drifted is found out by its HelmRelease. */
  const ownedChanged = (ref: ObjectRef, before: Owned | undefined, after: Owned | undefined) => {
    const { id } = entryOf({ ...ref, metadata: ref });
    for (const owner of new Set([before?.owner, after?.owner])) {
      const left = owner === undefined ? undefined : memories.get(owner)?.settled?.objects?.get(id);
      if (left && owner && after?.content !== left.content) wake(owner);
    }
  };

  const awaiting = waitFor(wake, defaultReason);
  const manager = { name: component, group: helmRelease.group, overrides: options.overrideManagers };
  const clusters = clustersOf({
    environment,
    waitFor: awaiting,
    wake,
    reason: 'RESTClientError',
    owned: ({ client, watches }) =>
      ownedObjects(manager, { client, watches, waitFor: awaiting }, ownedChanged),
  });
  const stores = storesOf((namespace, release, newest) => {
    for (const { metadata } of controller?.objects.indexed('storage', `${namespace}/${release}`) ?? []) {
      const { running, record } = memories.get(keyOf(metadata)) ?? {};
      // What an attempt has written itself is no news, also where it comes late.
      if (isAnother(newest, running ? running.record : record)) wake(keyOf(metadata));
    }
  });
  const on: Deps = {
    home: clusters.home.references,
    clusters,
    remote: options.remote,
    sources: sourcesOf(
      environment,
      awaiting,
      (kind, key) => wakeAll(usersOf(kind, key)),
      (kind, key) => wakeAll(usersOf(kind, key).filter(hr => memories.get(keyOf(hr.metadata))?.awaitsSource)),
    ),
    stores,
    charts: options.charts,
    places: new Places({ host: options.concurrency, all: options.concurrency, slowAfter: 2 ** 31 - 1 }),
    wake,
    find: key => everyone?.get(key),
    additiveExpressions: options.additiveExpressions,
    recheckAfter: options.recheckAfter,
    crossNamespaceRefs: options.crossNamespaceRefs,
    externalArtifacts: options.externalArtifacts,
    defaultServiceAccount: options.defaultServiceAccount,
    fetchRetries: options.fetchRetries,
    tracksDigests: options.tracksDigests,
    retryByDefault: options.retryByDefault,
    helm3Defaults: options.helm3Defaults,
    overrideManagers: options.overrideManagers,
  };
  return {
    name: 'helmrelease',
    component,
    kind: helmRelease,
    defaultReason,
    indexes: {
      source: hr => [`${sourceOf(hr).kind}/${sourceOf(hr).key}`],
      dependency: dependenciesOf,
      storage: hr => [`${storageNamespaceOf(hr)}/${releaseNameOf(hr)}`],
    },
    async start(started) {
      controller = started;
      everyone = await started.everyone();
      everyone.subscribe(({ key, before, after }) => {
        if (standing(before) === standing(after)) return;
        const dependents = started.objects.indexed('dependency', key);
        wakeAll(dependents.filter(({ metadata }) => memories.get(keyOf(metadata))?.awaitsDependency));
      });
    },
    reconcile: (hr, visit) => reconcile(hr, memoryOf(keyOf(hr.metadata)), visit, on),
    isUnderWay: hr => memories.get(keyOf(hr.metadata))?.running !== undefined,
    suspended: hr => ({ observedGeneration: hr.metadata.generation ?? 0, ...handled(hr) }),
    finalize(hr, visit) {
      const key = keyOf(hr.metadata);
      return finalize(hr, key, memoryOf(key), visit, on);
    },
    forget(key) {
      const running = memories.get(key)?.running;
      if (running && !running.end) void abandon(running);
      memories.delete(key);
      clusters.release(key);
    },
    async stop() {
      const running = [...memories.values()].flatMap(memory => (memory.running ? [memory.running] : []));
      await Promise.all(running.filter(({ end }) => !end).map(abandon));
      await clusters.stop();
    },
  };
}

/** What dependents look at. */
function standing(hr: HelmRelease | undefined): string {
  const ready = hr?.status?.conditions?.find(condition => condition.type === 'Ready');
  return JSON.stringify([hr?.metadata.generation, hr?.status?.observedGeneration, ready?.status]);
}
