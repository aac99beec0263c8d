import { type Kustomization, kustomization, names } from '@millrace/api';
import {
  clustersOf,
  entryOf,
  hasDrifted,
  type Owned,
  ownedObjects,
  type RemoteRules,
} from '@millrace/applier';
import type { Artifacts } from '@millrace/artifact';
import { type Controller, type Environment, type Reconciler, sourcesOf, waitFor } from '@millrace/controller';
import { keyOf, type ObjectRef, type WatchCache } from '@millrace/kube';
import type { Builder } from './build.ts';
import type { DecryptionRules } from './decryption/decryption.ts';
import { dependenciesOf } from './dependencies.ts';
import { finalize } from './finalize.ts';
import { component, kustomizeManager } from './manager.ts';
import { type Memory, newMemory } from './memory.ts';
import { reconcile } from './reconcile.ts';
import type { Deps } from './run.ts';
import { sourceOf } from './source.ts';

export interface KustomizeOptions {
  artifacts: Artifacts;
  builder: Builder;
  /** False: --no-cross-namespace-refs. */
  crossNamespaceRefs?: boolean;
  /** --feature-gates=ExternalArtifact=true. */
  externalArtifacts?: boolean;
  /** --default-service-account: whom to impersonate where the spec names nobody. */
  defaultServiceAccount?: string | undefined;
  /** False: --feature-gates=StrictPostBuildSubstitutions=false. */
  strictSubstitution?: boolean;
  /** --feature-gates=AdditiveCELDependencyCheck=true. */
  additiveExpressions?: boolean;
  /** False: --feature-gates=DisableFailFastBehavior=true. */
  failFast?: boolean;
  /** --feature-gates=MigrateAPIVersion=true. */
  migrateVersions?: boolean;
  /** --http-retry: how often a server of artifacts that is away is asked again before that is a failure. */
  fetchRetries?: number;
  /** --concurrent-ssa: how many requests of one apply are under way at once. */
  applyConcurrency?: number;
  /** --requeue-dependency, in milliseconds: when what is missing is looked for again without an event. */
  recheckAfter?: number;
  /** --custom-apply-stage-kinds: `group/Kind` of what is applied before the rest. */
  earlyKinds?: ReadonlySet<string>;
  /** --override-manager: managers whose changes are undone. */
  overrideManagers?: readonly string[];
  decryption: DecryptionRules;
  remote: RemoteRules;
}

type Kind = typeof kustomization;

const defaultReason = 'ReconciliationFailed';

/** The kustomize controller: what wakes a Kustomization, and what is done with it then. */
export function kustomizationReconciler(
  environment: Environment,
  options: KustomizeOptions,
): Reconciler<Kind> {
  const memories = new Map<string, Memory>();
  let controller: Controller<Kind> | undefined;
  /** Who may be depended on. */
  let everyone: WatchCache<Kustomization> | undefined;

  const wakeAll = (found: Kustomization[] = []) => {
    for (const { metadata } of found) controller?.wake(keyOf(metadata), 'high');
  };
  const wake = (owner: string) => controller?.wake(owner, 'high');
  const memoryOf = (key: string) => {
    const known = memories.get(key);
    if (known) return known;
    const memory = newMemory();
    memories.set(key, memory);
    // While its source is fetched there is time for that.
    options.artifacts.warm();
    options.builder.warm();
    return memory;
  };

  /** Whoever is ready rests, whatever its dependencies do; an expression may be about any of their fields. */
  const awaits = (ks: Kustomization, moved: boolean) =>
    memories.get(keyOf(ks.metadata))?.awaitsDependency === true &&
    (moved || ks.spec.dependsOn?.some(({ readyExpr }) => readyExpr) === true);

  /** An applied object has changed: has it drifted, or does somebody wait for its health? */
  const ownedChanged = (ref: ObjectRef, before: Owned | undefined, after: Owned | undefined) => {
    const id = entryOf({ ...ref, metadata: ref }).id;
    for (const owner of new Set([before?.owner, after?.owner])) {
      const memory = owner === undefined ? undefined : memories.get(owner);
      const applied = memory?.applied.get(id);
      if (!memory || !owner) continue;
      const sight = applied && memory.cluster?.owned.look(applied.ref, applied.resourceVersion);
      if (applied && hasDrifted(applied, sight)) wake(owner);
      else if (waitsForHealth(memory) && healthOf(before) !== healthOf(after)) controller?.wake(owner);
      else if (!after && controller?.objects.get(owner)?.metadata.deletionTimestamp) controller.wake(owner);
    }
  };

  const awaiting = waitFor(wake, defaultReason);
  const manager = kustomizeManager(options.overrideManagers);
  const sourceChanged = (kind: string, key: string) =>
    wakeAll(controller?.objects.indexed('source', `${kind}/${key}`));
  const clusters = clustersOf({
    environment,
    waitFor: awaiting,
    wake,
    reason: defaultReason,
    owned: ({ client, watches }) =>
      ownedObjects(manager, { client, watches, waitFor: awaiting }, ownedChanged),
  });
  const on: Deps = {
    client: environment.client,
    manager,
    artifacts: options.artifacts,
    sources: sourcesOf(environment, awaiting, sourceChanged),
    home: clusters.home.references,
    clusters,
    remote: options.remote,
    builder: options.builder,
    decryption: options.decryption,
    wake,
    find: key => everyone?.get(key),
    additiveExpressions: options.additiveExpressions ?? false,
    crossNamespaceRefs: options.crossNamespaceRefs ?? true,
    externalArtifacts: options.externalArtifacts ?? false,
    defaultServiceAccount: options.defaultServiceAccount,
    earlyKinds: options.earlyKinds ?? new Set(),
    migrateVersions: options.migrateVersions ?? false,
    fetchRetries: options.fetchRetries ?? 9,
    applyConcurrency: options.applyConcurrency ?? 4,
    recheckAfter: options.recheckAfter ?? 30_000,
    failFast: options.failFast ?? true,
    strictSubstitution: options.strictSubstitution ?? true,
  };

  return {
    name: 'kustomization',
    component,
    statusManager: `gotk-${component}`,
    kind: kustomization,
    defaultReason,
    indexes: {
      source: ks => [`${sourceOf(ks).kind}/${sourceOf(ks).key}`],
      dependency: dependenciesOf,
    },
    async start(started) {
      controller = started;
      everyone = await started.everyone();
      everyone.subscribe(({ key, before, after }) => {
        const moved = standing(before) !== standing(after);
        wakeAll(started.objects.indexed('dependency', key).filter(ks => awaits(ks, moved)));
      });
    },
    reconcile: (ks, visit) => reconcile(ks, memoryOf(keyOf(ks.metadata)), visit, on),
    suspended: ({ status, metadata }) => ({
      ...(metadata.annotations?.[names.requestedAt] === undefined
        ? {}
        : { lastHandledReconcileAt: metadata.annotations[names.requestedAt] }),
      // Others tell by it that the object has been seen as it is now.
      ...(isReady(status) ? { observedGeneration: metadata.generation ?? 0 } : {}),
    }),
    finalize: (ks, visit) => finalize(ks, memoryOf(keyOf(ks.metadata)), keyOf(ks.metadata), visit, on),
    forget(key) {
      memories.delete(key);
      clusters.release(key);
    },
    stop: () => clusters.stop(),
  };
}

/** True between an apply and the end of its health check, and while a failed check may still turn good. */
function waitsForHealth({ check, pending }: Memory): boolean {
  return pending !== undefined || (check !== undefined && check.passedAfter === undefined);
}

const isReady = (status: Kustomization['status']) =>
  status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;

/** A status means another thing by other rules. */
const healthOf = (object: Owned | undefined) => `${object?.health.status} ${object?.judgedBy}`;

/** What dependents look at: whether it is ready, and for what. */
function standing(ks: Kustomization | undefined): string {
  const ready = ks?.status?.conditions?.find(condition => condition.type === 'Ready');
  return JSON.stringify([
    ks?.metadata.generation,
    ks?.status?.observedGeneration,
    ready?.status,
    ks?.status?.lastAppliedRevision,
  ]);
}
