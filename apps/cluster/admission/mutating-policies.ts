import { equal, type JsonObject } from '@millrace/json';
import type { Api } from '../api/api.ts';
import { ApiError } from '../api/status.ts';
import { objectAt, objectsAt, textAt } from '../api/tree.ts';
import { type Entry, read } from '../store/entry.ts';
import type { Review } from './admission.ts';
import { Misconfigured, matchesConstraints, matchPolicy, namespaceOf, paramsOf } from './binding.ts';
import { Evaluation, OutOfBudget } from './evaluation.ts';
import { isReviewable, matchesRules } from './match.ts';
import { matchBudget, matchConditions } from './match-conditions.ts';
import { BadMutation, mutate } from './mutate.ts';
import { type MutatingPolicy, parseMutatingPolicy } from './mutating-policy.ts';
import { nameOf, type RequestFacts } from './request.ts';

const policyStorage = 'admissionregistration.k8s.io/mutatingadmissionpolicies';
const bindingStorage = 'admissionregistration.k8s.io/mutatingadmissionpolicybindings';

/** What the expressions of a policy may cost for one request and one parameter. */
const budget = 10_000_000;

type Creation = Review & { readonly object: JsonObject };

/** One policy by one binding. */
interface Invocation {
  readonly policy: MutatingPolicy;
  readonly binding: JsonObject;
}

/** A change that a policy wants and cannot make. */
class Failed extends Error {
  override name = 'Failed';
}

/** Knows the MutatingAdmissionPolicies of the cluster and lets those that are bound change what is written. */
export class MutatingPolicies {
  readonly #api: Api;
  readonly #parsed = new WeakMap<Entry, MutatingPolicy>();

  constructor(api: Api) {
    this.#api = api;
  }

  /** True when a policy may have a say in the operation. */
  concern(review: Pick<Review, 'operation' | 'target'>): boolean {
    if (this.#api.store.list(bindingStorage).length === 0 || !isReviewable(review.target)) return false;
    return this.#policies().some(({ constraints }) =>
      matchesRules(objectsAt(constraints, 'resourceRules'), review, matchPolicy(constraints)),
    );
  }

  /**
   * The object after all policies, which are asked in the order of their names; those that want it are asked once
   * more where a later one has changed the object. Throws ApiError where one fails that must not.
   */
  mutate(review: Creation, facts: RequestFacts): JsonObject {
    if (!isReviewable(review.target)) return review.object;
    const asked: Invocation[] = [];
    let again: Invocation[] = [];
    let object = review.object;
    for (const invocation of this.#invocations()) {
      const after = this.#invoke(invocation, { ...review, object }, facts);
      if (!equal(after, object)) again = [...asked];
      if (invocation.policy.isReinvoked) asked.push(invocation);
      object = after;
    }
    for (const invocation of again) object = this.#invoke(invocation, { ...review, object }, facts);
    return object;
  }

  #policies(): MutatingPolicy[] {
    return this.#api.store.list(policyStorage).map(entry => {
      let policy = this.#parsed.get(entry);
      if (!policy) this.#parsed.set(entry, (policy = parseMutatingPolicy(read(entry))));
      return policy;
    });
  }

  #invocations(): Invocation[] {
    const bindings = this.#api.store.list(bindingStorage).map(entry => read(entry));
    return this.#policies().flatMap(policy =>
      bindings
        .filter(binding => textAt(binding, 'spec', 'policyName') === policy.name)
        .map(binding => ({ policy, binding })),
    );
  }

  #invoke({ policy, binding }: Invocation, review: Creation, facts: RequestFacts): JsonObject {
    const resources = objectAt(binding, 'spec', 'matchResources');
    const isConcerned = [policy.constraints, resources].every(each =>
      matchesConstraints(this.#api, each, review),
    );
    if (!isConcerned) return review.object;
    try {
      const params = paramsOf(this.#api, policy.paramKind, objectAt(binding, 'spec'), review);
      return params.reduce(
        (object: JsonObject, param) => this.#changed(policy, param, { ...review, object }, facts),
        review.object,
      );
    } catch (error) {
      const why =
        error instanceof Misconfigured ? `failed to configure binding: ${error.message}` : undefined;
      if (why === undefined && !(error instanceof Failed)) throw error;
      if (policy.ignoresFailure) return review.object;
      throw refusalOf(review, policy, binding, why ?? (error as Failed).message);
    }
  }

  /** Throws Failed. */
  #changed(
    policy: MutatingPolicy,
    params: JsonObject | null,
    review: Creation,
    facts: RequestFacts,
  ): JsonObject {
    const { variables, conditions } = policy;
    if (conditions.length > 0) {
      const surroundings = { params, namespaceObject: null, variables };
      const match = matchConditions(conditions, new Evaluation(review, facts, surroundings, matchBudget));
      if ('error' in match) throw new Failed(match.error);
      if (!match.matches) return review.object;
    }
    const surroundings = { params, namespaceObject: namespaceOf(this.#api, review), variables };
    return policy.mutations.reduce((object: JsonObject, mutation) => {
      const evaluation = new Evaluation({ ...review, object }, facts, surroundings, budget);
      try {
        const outcome = evaluation.run(mutation.expression);
        if ('error' in outcome) throw new Failed(outcome.error);
        return mutate(mutation, outcome.value, object, review.target.resource.schema);
      } catch (error) {
        if (error instanceof OutOfBudget || error instanceof BadMutation) throw new Failed(error.message);
        throw error;
      }
    }, review.object);
  }
}

function refusalOf(review: Review, policy: MutatingPolicy, binding: JsonObject, why: string): ApiError {
  const message = `policy '${policy.name}' with binding '${textAt(binding, 'metadata', 'name')}' denied request: ${why}`;
  const { group, resource } = review.target.resource;
  return new ApiError(403, 'Invalid', message, {
    name: nameOf(review),
    ...(group && { group }),
    kind: resource,
    causes: [{ message }],
  });
}
