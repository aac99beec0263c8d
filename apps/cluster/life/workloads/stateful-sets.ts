import type { JsonObject } from '@millrace/json';
import { ApiError } from '../../api/status.ts';
import { childOf, numberAt, objectAt, textAt } from '../../api/tree.ts';
import type { Visit } from '../../control/work-queue.ts';
import { Adoption, isNamedBy } from '../world/adoption.ts';
import { availabilityOf, isAvailable } from '../world/availability.ts';
import { byController } from '../world/owners.ts';
import { burst, isTerminating, podFrom } from '../world/pod-control.ts';
import { record } from '../world/recorder.ts';
import { countOf } from '../world/surge.ts';
import type { World } from '../world/world.ts';
import { ensureClaims, mountClaims, retainClaims } from './claims.ts';
import { ensureRevision, forgetRevisions, type Revision, revisionsOf } from './controller-revisions.ts';

const storage = 'apps/statefulsets';
const revisionLabel = 'controller-revision-hash';

/**
 * Pods with ordinals, one after the other, each with its claims.
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
 */
export function simulateStatefulSets(world: World): void {
  const controller = world.as('statefulset-controller');
  const adoption = new Adoption(world, '/pods', storage);
  const revisions = new Adoption(world, 'apps/controllerrevisions', storage);
  const ofPods = byController('/pods', 'StatefulSet');
  world.reconcile(
    storage,
    set => {
      if (isTerminating(set)) return undefined;
      revisions.settle(controller, set);
      adoption.settle(controller, set, isNamedBy(set));
      const update = ensureRevision(controller, set, 'controller.kubernetes.io/hash');
      return update ? new Visiting(controller, set, update).reconcile() : 'retry';
    },
    event => [...ofPods(event), ...adoption.concerned(event)],
  );
}

function ordinalOf(pod: JsonObject): number {
  return Number(/-(\d+)$/.exec(textAt(pod, 'metadata', 'name'))?.[1] ?? -1);
}

function hasEnded(pod: JsonObject): boolean {
  return ['Failed', 'Succeeded'].includes(textAt(pod, 'status', 'phase'));
}

/** One visit of a StatefulSet. */
class Visiting {
  readonly #controller: World;
  readonly #set: JsonObject;
  /** Of the present template. */
  readonly #update: Revision;
  /** Of the template that was rolled out last; the same when nothing rolls. */
  readonly #current: Revision;
  readonly #first: number;
  readonly #end: number;
  readonly #now: number;
  readonly #minReadySeconds: number;

  constructor(controller: World, set: JsonObject, update: Revision) {
    this.#controller = controller;
    this.#set = set;
    this.#update = update;
    const before = textAt(set, 'status', 'currentRevision');
    this.#current = revisionsOf(controller, set).find(({ name }) => name === before) ?? update;
    this.#first = numberAt(set, 'spec', 'ordinals', 'start') ?? 0;
    this.#end = this.#first + (numberAt(set, 'spec', 'replicas') ?? 1);
    this.#now = controller.api.now().getTime();
    this.#minReadySeconds = numberAt(set, 'spec', 'minReadySeconds') ?? 0;
  }

  reconcile(): Visit {
    const ordered = textAt(this.#set, 'spec', 'podManagementPolicy') !== 'Parallel';
    const refused = this.#manage(ordered);
    const next = this.#report();
    return refused ? 'retry' : next;
  }

  #pods(): JsonObject[] {
    return this.#controller.owned('/pods', this.#set).toSorted((a, b) => ordinalOf(a) - ordinalOf(b));
  }

  /** Answers true when a Pod was refused. One step after the other when Pods are ordered. */
  #manage(ordered: boolean): boolean {
    const pods = this.#pods();
    for (const pod of pods) retainClaims(this.#controller, this.#set, pod, !this.#isWanted(pod));
    const byOrdinal = new Map(pods.map(pod => [ordinalOf(pod), pod]));
    let left = burst;
    for (let ordinal = this.#first; ordinal < this.#end && left > 0; ordinal++) {
      const pod = byOrdinal.get(ordinal);
      if (pod && hasEnded(pod) && !isTerminating(pod)) this.#delete(pod);
      else if (!pod && this.#create(ordinal)) return true;
      if (!pod) left--;
      if (ordered && (!pod || !this.#serves(pod))) return false;
    }
    const unwanted = pods.filter(each => !this.#isWanted(each)).reverse();
    for (const pod of unwanted.slice(0, burst)) {
      if (!isTerminating(pod)) this.#delete(pod);
      if (ordered) return false;
    }
    this.#replaceOutdated();
    return false;
  }

  #isWanted(pod: JsonObject): boolean {
    return ordinalOf(pod) >= this.#first && ordinalOf(pod) < this.#end;
  }

  #serves(pod: JsonObject): boolean {
    return !isTerminating(pod) && isAvailable(pod, this.#minReadySeconds, this.#now);
  }

  /** The highest ordinal first, not below the partition, and only as many as may be unavailable. */
  #replaceOutdated(): void {
    const strategy = objectAt(this.#set, 'spec', 'updateStrategy');
    if (strategy.type === 'OnDelete') return;
    const limit = objectAt(strategy, 'rollingUpdate').maxUnavailable ?? 1;
    let spare = Math.max(1, countOf(limit, this.#end - this.#first, 'up'));
    for (const pod of this.#pods().reverse()) {
      if (ordinalOf(pod) < this.#partition()) return;
      const outdated = textAt(pod, 'metadata', 'labels', revisionLabel) !== this.#update.name;
      if (outdated && !isTerminating(pod)) this.#delete(pod);
      if ((outdated || !this.#serves(pod)) && --spare <= 0) return;
    }
  }

  #partition(): number {
    const partition = numberAt(this.#set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
    return this.#first + partition;
  }

  /** A Pod below the partition comes back as it was. */
  #revisionFor(ordinal: number): Revision {
    const rolls = textAt(this.#set, 'spec', 'updateStrategy', 'type') !== 'OnDelete';
    return rolls && ordinal < this.#partition() ? this.#current : this.#update;
  }

  /** Answers true when it was refused. */
  #create(ordinal: number): boolean {
    const name = `${textAt(this.#set, 'metadata', 'name')}-${ordinal}`;
    const revision = this.#revisionFor(ordinal);
    if (ensureClaims(this.#controller, this.#set, name)) return true;
    const owner = { ...this.#set, spec: { ...objectAt(this.#set, 'spec'), template: revision.template } };
    const pod = podFrom(owner, name, made => {
      const metadata = childOf(made, 'metadata');
      metadata.generateName = `${textAt(this.#set, 'metadata', 'name')}-`;
      Object.assign(childOf(metadata, 'labels'), {
        'apps.kubernetes.io/pod-index': String(ordinal),
        [revisionLabel]: revision.name,
        'statefulset.kubernetes.io/pod-name': name,
      });
      const spec = childOf(made, 'spec');
      spec.hostname = name;
      const service = textAt(this.#set, 'spec', 'serviceName');
      if (service) spec.subdomain = service;
      mountClaims(this.#set, name, spec);
    });
    const made = this.#controller.createOrRefusal('/pods', pod);
    const refused = made instanceof ApiError;
    // It exists already and belongs to somebody else, or goes just now.
    this.#tell('Create', name, refused ? made : undefined);
    if (!refused) retainClaims(this.#controller, this.#set, made, false);
    return refused;
  }

  #delete(pod: JsonObject): void {
    this.#controller.delete('/pods', pod);
    this.#tell('Delete', textAt(pod, 'metadata', 'name'));
  }

  #tell(verb: 'Create' | 'Delete', pod: string, refused?: ApiError): void {
    const what = `${verb} Pod ${pod} in StatefulSet ${textAt(this.#set, 'metadata', 'name')}`;
    record(this.#controller, this.#set, {
      type: refused ? 'Warning' : 'Normal',
      reason: `${refused ? 'Failed' : 'Successful'}${verb}`,
      message: refused ? `${what} failed error: ${refused.message}` : `${what} successful`,
    });
  }

  #report(): number | undefined {
    const pods = this.#pods().filter(pod => !hasEnded(pod));
    const { ready, available, next } = availabilityOf(pods, this.#minReadySeconds, this.#now);
    const of = ({ name }: Revision) =>
      pods.filter(pod => !isTerminating(pod) && textAt(pod, 'metadata', 'labels', revisionLabel) === name)
        .length;
    const updated = of(this.#update);
    const wanted = this.#end - this.#first;
    const rolls = textAt(this.#set, 'spec', 'updateStrategy', 'type') !== 'OnDelete';
    const isDone = rolls && updated === wanted && pods.length === wanted && ready === wanted;
    const current = isDone ? this.#update : this.#current;
    this.#controller.report(storage, this.#set, {
      observedGeneration: objectAt(this.#set, 'metadata').generation,
      replicas: pods.length,
      readyReplicas: ready || undefined,
      availableReplicas: available,
      currentReplicas: of(current) || undefined,
      updatedReplicas: updated || undefined,
      currentRevision: current.name,
      updateRevision: this.#update.name,
      collisionCount: 0,
    });
    const labels = pods.map(pod => textAt(pod, 'metadata', 'labels', revisionLabel));
    forgetRevisions(this.#controller, this.#set, new Set([...labels, current.name, this.#update.name]));
    return next;
  }
}
