import type { JsonObject } from '@millrace/json';
import { type Labels, matchLabelSelector } from '../../api/label-selector.ts';
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../../api/tree.ts';
import type { Occupancy, Occupant } from './occupancy.ts';

/** The labels of the nodes by their names. */
export type Nodes = ReadonlyMap<string, Labels>;

const required = 'requiredDuringSchedulingIgnoredDuringExecution';

/**
 * What keeps a Pod from a node because of the Pods that are there or near: affinity and anti-affinity that is required,
 * and constraints on how Pods spread. What is only preferred decides nothing here.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity
 */
export class Neighbours {
  readonly #pod: Occupant;
  readonly #near: readonly JsonObject[];
  readonly #far: readonly JsonObject[];
  readonly #spread: readonly JsonObject[];
  readonly #occupancy: Occupancy;
  readonly #nodes: Nodes;

  constructor(pod: JsonObject, self: Occupant, occupancy: Occupancy, nodes: Nodes) {
    this.#pod = self;
    this.#near = objectsAt(pod, 'spec', 'affinity', 'podAffinity', required);
    this.#far = self.avoids;
    this.#spread = objectsAt(pod, 'spec', 'topologySpreadConstraints').filter(
      ({ whenUnsatisfiable }) => whenUnsatisfiable !== 'ScheduleAnyway',
    );
    this.#occupancy = occupancy;
    this.#nodes = nodes;
  }

  /** As the scheduler words it; undefined when nothing keeps it. */
  misfitOn(node: string): string | undefined {
    if (!this.#near.every(term => this.#isNear(term, node))) return "node(s) didn't match pod affinity rules";
    if (this.#far.some(term => this.#hosts(term, this.#pod.namespace, node)))
      return "node(s) didn't match pod anti-affinity rules";
    for (const other of this.#occupancy.avoiders())
      if (other.avoids.some(term => this.#isAvoidedBy(other, term, node)))
        return "node(s) didn't satisfy existing pods anti-affinity rules";
    for (const constraint of this.#spread) {
      const problem = this.#spreadProblem(constraint, node);
      if (problem) return problem;
    }
    return undefined;
  }

  /** The first of Pods that want to be together may go anywhere. */
  #isNear(term: JsonObject, node: string): boolean {
    if (this.#domain(term, node) === undefined) return false;
    if (this.#hosts(term, this.#pod.namespace, node)) return true;
    const { namespace } = this.#pod;
    const isAnywhere = [...this.#occupancy.all()].some(other => selects(term, namespace, other));
    return !isAnywhere && selects(term, namespace, this.#pod);
  }

  #hosts(term: JsonObject, namespace: string, node: string): boolean {
    const domain = this.#domain(term, node);
    if (domain === undefined) return false;
    for (const other of this.#occupancy.all())
      if (this.#domain(term, other.node) === domain && selects(term, namespace, other)) return true;
    return false;
  }

  #isAvoidedBy(other: Occupant, term: JsonObject, node: string): boolean {
    const domain = this.#domain(term, node);
    return (
      domain !== undefined &&
      this.#domain(term, other.node) === domain &&
      selects(term, other.namespace, this.#pod)
    );
  }

  #domain(term: JsonObject, node: string): string | undefined {
    return this.#nodes.get(node)?.[textAt(term, 'topologyKey')];
  }

  /** https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/ */
  #spreadProblem(constraint: JsonObject, node: string): string | undefined {
    const own = this.#domain(constraint, node);
    const why = "node(s) didn't match pod topology spread constraints";
    if (own === undefined) return `${why} (missing required label)`;
    const counts = new Map<string, number>();
    for (const name of this.#nodes.keys()) {
      const domain = this.#domain(constraint, name);
      if (domain !== undefined) counts.set(domain, 0);
    }
    for (const other of this.#occupancy.all()) {
      const domain = this.#domain(constraint, other.node);
      if (domain !== undefined && selects(constraint, this.#pod.namespace, other))
        counts.set(domain, counts.get(domain)! + 1);
    }
    const itself = selects(constraint, this.#pod.namespace, this.#pod) ? 1 : 0;
    const skew = counts.get(own)! + itself - Math.min(...counts.values());
    return skew > (numberAt(constraint, 'maxSkew') ?? 1) ? why : undefined;
  }
}

/** A term without namespaces is about those of its Pod's own. */
function selects(term: JsonObject, namespace: string, { namespace: theirs, labels }: Occupant): boolean {
  const namespaces = listAt(term, 'namespaces');
  const isEverywhere = term.namespaceSelector !== undefined && isEmpty(objectAt(term, 'namespaceSelector'));
  const isAsked = namespaces.length > 0 ? namespaces.includes(theirs) : theirs === namespace;
  return (isEverywhere || isAsked) && matchLabelSelector(objectAt(term, 'labelSelector'), labels);
}

function isEmpty(selector: JsonObject): boolean {
  return Object.keys(selector).length === 0;
}
