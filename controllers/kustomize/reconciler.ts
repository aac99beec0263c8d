import { type Kustomization, kustomization } from '@millrace/api';
import type { Controller, Environment, Reconciler } from '@millrace/controller';
import { referencesOf } from '@millrace/controller';
import { keyOf, type ObjectRef } from '@millrace/kube';
import { hasDrifted } from './applier.ts';
import type { Builder } from './build.ts';
import { dependenciesOf } from './dependencies.ts';
import { finalize } from './finalize.ts';
import { entryOf } from './inventory.ts';
import { type Memory, newMemory } from './memory.ts';
import { fieldManager, type Owned } from './owned.ts';
import { ownedObjects } from './owned-objects.ts';
import { reconcile } from './reconcile.ts';
import { type Deps, impersonationOf } from './run.ts';
import { sourceOf } from './source.ts';
import { sourcesOf } from './sources.ts';

export interface KustomizeOptions {
  builder: Builder;
  /** False: --no-cross-namespace-refs. */
  crossNamespaceRefs?: boolean;
  /** --default-service-account: whom to impersonate where the spec names nobody. */
  defaultServiceAccount?: string | undefined;
  /** --feature-gates=StrictPostBuildSubstitutions=true. */
  strictSubstitution?: boolean;
}

type Kind = typeof kustomization;

/** The kustomize controller: what wakes a Kustomization, and what is done with it then. */
export function kustomizationReconciler(
  environment: Environment,
  options: KustomizeOptions,
): Reconciler<Kind> {
  const memories = new Map<string, Memory>();
  let controller: Controller<Kind> | undefined;

  const wakeAll = (found: Kustomization[] = []) => {
    for (const { metadata } of found) controller?.wake(keyOf(metadata), 'high');
  };
  const memoryOf = (key: string) => {
    const memory = memories.get(key) ?? newMemory();
    memories.set(key, memory);
    return memory;
  };

  /** An applied object has changed: has it drifted, or does somebody wait for its health? */
  const ownedChanged = (ref: ObjectRef, before: Owned | undefined, after: Owned | undefined) => {
    const id = entryOf({ ...ref, metadata: ref }).id;
    for (const owner of new Set([before?.owner, after?.owner])) {
      const memory = owner === undefined ? undefined : memories.get(owner);
      const applied = memory?.applied.get(id);
      if (!memory || !owner) continue;
      const sight = applied && on.owned.look(applied.ref, applied.resourceVersion);
      if (applied && hasDrifted(applied, sight)) controller?.wake(owner, 'high');
      else if (waitsForHealth(memory) && before?.health.status !== after?.health.status)
        controller?.wake(owner);
      else if (!after && controller?.objects.get(owner)?.metadata.deletionTimestamp) controller.wake(owner);
    }
  };

  const on: Deps = {
    client: environment.client,
    sources: sourcesOf(environment, (kind, key) =>
      wakeAll(controller?.objects.indexed('source', `${kind}/${key}`)),
    ),
    references: referencesOf(environment, owner => controller?.wake(owner, 'high')),
    owned: ownedObjects(environment.client, environment.watches, ownedChanged),
    builder: options.builder,
    find: key => controller?.objects.get(key),
    crossNamespaceRefs: options.crossNamespaceRefs ?? true,
    defaultServiceAccount: options.defaultServiceAccount,
    strictSubstitution: options.strictSubstitution ?? false,
  };

  return {
    name: 'kustomization',
    component: fieldManager,
    kind: kustomization,
    defaultReason: 'ReconciliationFailed',
    indexes: {
      source: ks => [`${sourceOf(ks).kind}/${sourceOf(ks).key}`],
      dependency: dependenciesOf,
    },
    start(started) {
      controller = started;
      controller.objects.subscribe(({ key, before, after }) => {
        if (standing(before) !== standing(after)) wakeAll(started.objects.indexed('dependency', key));
      });
    },
    reconcile: (ks, visit) => reconcile(ks, memoryOf(keyOf(ks.metadata)), visit, on),
    finalize(ks, visit) {
      const owner = keyOf(ks.metadata);
      const impersonate = impersonationOf(ks, on);
      return finalize(
        ks,
        { client: on.client, owner, owned: on.owned, impersonate, signal: visit.signal },
        Date.now(),
      );
    },
    forget(key) {
      memories.delete(key);
      on.owned.release(key);
      on.references.release(key);
    },
  };
}

/** True between an apply and the end of its health check, and while a failed check may still turn good. */
function waitsForHealth({ check, done, pending }: Memory): boolean {
  return pending !== undefined || (done !== undefined && check?.passedAfter === undefined);
}

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
