import type { JsonObject } from '@millrace/json';
import { ApiError } from '../../api/status.ts';
import { childOf, numberAt, textAt, valueAt } from '../../api/tree.ts';
import type { Visit } from '../../control/work-queue.ts';
import { Adoption } from '../world/adoption.ts';
import { byController } from '../world/owners.ts';
import { isActive, isTerminating } from '../world/pod-control.ts';
import { record } from '../world/recorder.ts';
import { bounds } from '../world/surge.ts';
import type { World } from '../world/world.ts';
import { failedProgress, statusOf } from './deployment-status.ts';
import {
  byRevision,
  hasTemplateOf,
  highestRevision,
  markRevision,
  markSize,
  replicaSetFor,
  revisionAnnotation,
  revisionOf,
} from './revisions.ts';
import {
  currentReplicas,
  isScaled,
  replicasOf,
  type Scaling,
  shrinkOld,
  spread,
  wantedOf,
} from './rollout.ts';

const storage = 'apps/deployments';
const replicaSets = 'apps/replicasets';

/**
 * Roll Deployments out by way of ReplicaSets, and report as the real controller does.
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
 */
export function simulateDeployments(world: World): void {
  const controller = world.as('deployment-controller');
  const adoption = new Adoption(world, replicaSets, storage);
  const ofSets = byController(replicaSets, 'Deployment');
  world.reconcile(
    storage,
    deployment => {
      adoption.settle(controller, deployment);
      return new Rollout(controller, deployment).reconcile();
    },
    event => [...ofSets(event), ...adoption.concerned(event)],
  );
}

/** One visit of a Deployment. */
class Rollout {
  readonly #controller: World;
  readonly #deployment: JsonObject;
  readonly #old: readonly JsonObject[];
  #current: JsonObject | undefined;
  /** Why there is no ReplicaSet for the present template. */
  #refusal: ApiError | undefined;

  constructor(controller: World, deployment: JsonObject) {
    this.#controller = controller;
    this.#deployment = deployment;
    const sets = controller.owned(replicaSets, deployment).filter(set => !isTerminating(set));
    this.#current = sets.find(set => hasTemplateOf(set, deployment));
    this.#old = sets.filter(set => set !== this.#current);
  }

  reconcile(): Visit {
    if (isTerminating(this.#deployment)) return undefined;
    const sets = [...(this.#current ? [this.#current] : []), ...this.#old];
    if (this.#is('paused', true)) {
      if (this.#current) this.#promote(this.#current);
      this.#scaleAll(spread(this.#deployment, this.#current, this.#old));
    } else if (this.#current && isScaled(this.#deployment, sets)) {
      this.#promote(this.#current);
      this.#scaleAll(spread(this.#deployment, this.#current, this.#old));
    } else if (textAt(this.#deployment, 'spec', 'strategy', 'type') === 'Recreate') this.#recreate();
    else this.#roll();
    if (this.#refusal) return 'retry';
    return this.#report();
  }

  /** First the new Pods, as many as may be; the old ones go when those are there. */
  #roll(): void {
    const before = this.#current ? replicasOf(this.#current) : 0;
    const replicas = currentReplicas(this.#deployment, before, this.#old);
    const current = this.#ensureCurrent(replicas);
    if (!current) return;
    if (replicas !== before) this.#scale({ set: current, replicas });
    else this.#scaleAll(shrinkOld(this.#deployment, current, this.#busy()));
  }

  /** No new Pod before the last old one is gone. */
  #recreate(): void {
    const busy = this.#busy();
    this.#scaleAll(busy.map(set => ({ set, replicas: 0 })));
    const runs = this.#old.some(set =>
      this.#controller.owned('/pods', set).some(pod => isActive(pod) || isTerminating(pod)),
    );
    if (runs) return;
    const replicas = wantedOf(this.#deployment);
    const current = this.#ensureCurrent(replicas);
    if (current) this.#scale({ set: current, replicas });
  }

  #busy(): JsonObject[] {
    return this.#old.filter(set => replicasOf(set) > 0);
  }

  #is(field: string, value: unknown): boolean {
    return valueAt(this.#deployment, 'spec', field) === value;
  }

  /** The ReplicaSet of the present template with the highest revision, also when it is an old one that came back. */
  #ensureCurrent(replicas: number): JsonObject | undefined {
    if (this.#current) return this.#promote(this.#current);
    const set = replicaSetFor(this.#deployment);
    childOf(set, 'spec').replicas = replicas;
    markRevision(set, this.#deployment, this.#nextRevision());
    this.#markSize(set);
    const made = this.#controller.createOrRefusal(replicaSets, set);
    if (made instanceof ApiError) {
      this.#refusal = made;
      this.#tellRefusal(set, made);
      return undefined;
    }
    this.#current = made;
    if (replicas > 0) this.#tell(this.#current, 0, replicas);
    this.#publishRevision(this.#current);
    return this.#current;
  }

  #tellRefusal(set: JsonObject, refusal: ApiError): void {
    const name = JSON.stringify(textAt(set, 'metadata', 'name'));
    const reason = 'ReplicaSetCreateError';
    const message = `Failed to create new replica set ${name}: ${refusal.message}`;
    const now = this.#controller.api.now();
    this.#controller.report(
      storage,
      this.#deployment,
      failedProgress(this.#deployment, reason, message, now),
    );
    record(this.#controller, this.#deployment, { type: 'Warning', reason, message });
  }

  #nextRevision(): bigint {
    return highestRevision(this.#old) + 1n;
  }

  #promote(current: JsonObject): JsonObject {
    const [own, next] = [revisionOf(current), this.#nextRevision()];
    const revision = this.#old.length > 0 && next > own ? next : own || 1n;
    const minReadySeconds = valueAt(this.#deployment, 'spec', 'minReadySeconds');
    const promote = (set: JsonObject) => {
      markRevision(set, this.#deployment, revision);
      const spec = childOf(set, 'spec');
      if (minReadySeconds === undefined) delete spec.minReadySeconds;
      else spec.minReadySeconds = minReadySeconds;
      return set;
    };
    const promoted = promote(structuredClone(current));
    if (JSON.stringify(promoted) !== JSON.stringify(current))
      this.#controller.change(replicaSets, current, promote);
    this.#publishRevision(promoted);
    this.#current = promoted;
    return promoted;
  }

  #publishRevision(current: JsonObject): void {
    const revision = String(revisionOf(current));
    if (textAt(this.#deployment, 'metadata', 'annotations', revisionAnnotation) === revision) return;
    const annotate = (object: JsonObject) => {
      childOf(childOf(object, 'metadata'), 'annotations')[revisionAnnotation] = revision;
      return object;
    };
    this.#controller.change(storage, this.#deployment, annotate, 'status');
  }

  #markSize(set: JsonObject): void {
    const wanted = wantedOf(this.#deployment);
    markSize(set, wanted, wanted + bounds(this.#deployment).maxSurge);
  }

  #scaleAll(scalings: readonly Scaling[]): void {
    for (const scaling of scalings) this.#scale(scaling);
  }

  #scale({ set, replicas }: Scaling): void {
    const before = replicasOf(set);
    const change = (object: JsonObject) => {
      childOf(object, 'spec').replicas = replicas;
      this.#markSize(object);
      return object;
    };
    if (JSON.stringify(change(structuredClone(set))) === JSON.stringify(set)) return;
    this.#controller.change(replicaSets, set, change);
    if (before !== replicas) this.#tell(set, before, replicas);
  }

  #tell(set: JsonObject, before: number, after: number): void {
    const direction = before < after ? 'up' : 'down';
    const message = `Scaled ${direction} replica set ${textAt(set, 'metadata', 'name')} from ${before} to ${after}`;
    record(this.#controller, this.#deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message });
  }

  #report(): Visit {
    const sets = this.#controller.owned(replicaSets, this.#deployment);
    const uid = textAt(this.#current, 'metadata', 'uid');
    const current = sets.find(set => uid !== '' && textAt(set, 'metadata', 'uid') === uid);
    const now = this.#controller.api.now();
    const { status, next, isComplete } = statusOf(this.#deployment, current, sets, now);
    this.#controller.report(storage, this.#deployment, status);
    if (isComplete && !this.#is('paused', true)) this.#forget();
    return next;
  }

  /** Of old revisions only as many are kept as the spec says. */
  #forget(): void {
    const limit = numberAt(this.#deployment, 'spec', 'revisionHistoryLimit') ?? 10;
    const idle = this.#old.filter(set => replicasOf(set) === 0 && !numberAt(set, 'status', 'replicas'));
    const surplus = Math.max(0, idle.length - limit);
    for (const set of idle.sort(byRevision).slice(0, surplus)) this.#controller.delete(replicaSets, set);
  }
}
