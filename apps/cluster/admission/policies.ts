import type { JsonObject } from '@millrace/json';
import type { Api } from '../api/api.ts';
import { ApiError, forbidden } from '../api/status.ts';
import { listAt, objectAt, objectsAt, own, textAt } from '../api/tree.ts';
import { type Entry, read } from '../store/entry.ts';
import type { Review } from './admission.ts';
import { Misconfigured, matchesConstraints, matchPolicy, namespaceOf, paramsOf } from './binding.ts';
import { Evaluation, type Outcome, OutOfBudget } from './evaluation.ts';
import { isReviewable, matchesRules } from './match.ts';
import { matchBudget, matchConditions } from './match-conditions.ts';
import { MutatingPolicies } from './mutating-policies.ts';
import { type Policy, type PolicyValidation, parsePolicy } from './policy.ts';
import { nameOf, type RequestFacts } from './request.ts';

const policyStorage = 'admissionregistration.k8s.io/validatingadmissionpolicies';
const bindingStorage = 'admissionregistration.k8s.io/validatingadmissionpolicybindings';

/** What the expressions of a policy may cost for one request and one parameter. */
const budget = 10_000_000;
const longestMessage = 5 * 1024;

/** Why a policy refuses. */
interface Denial {
  readonly message: string;
  readonly reason: string;
}

/** Knows the ValidatingAdmissionPolicies of the cluster and asks those that are bound. */
export class Policies {
  /** Those that change what is written. */
  readonly mutating: MutatingPolicies;
  readonly #api: Api;
  readonly #parsed = new WeakMap<Entry, Policy>();

  constructor(api: Api) {
    this.#api = api;
    this.mutating = new MutatingPolicies(api);
  }

  /** True when a policy may have a say in the operation. */
  concern(review: Pick<Review, 'operation' | 'target'>): boolean {
    return this.mutating.concern(review) || this.#concern(review);
  }

  #concern(review: Pick<Review, 'operation' | 'target'>): boolean {
    if (this.#api.store.list(bindingStorage).length === 0 || !isReviewable(review.target)) return false;
    return this.#policies().some(({ constraints }) =>
      matchesRules(objectsAt(constraints, 'resourceRules'), review, matchPolicy(constraints)),
    );
  }

  /** Throws ApiError where a policy refuses; the first one speaks. */
  validate(review: Review, facts: RequestFacts): void {
    if (!isReviewable(review.target)) return;
    const bindings = this.#api.store.list(bindingStorage).map(entry => read(entry));
    let refusal: ApiError | undefined;
    for (const policy of this.#policies()) {
      if (!matchesConstraints(this.#api, policy.constraints, review)) continue;
      for (const binding of bindings) {
        if (textAt(binding, 'spec', 'policyName') !== policy.name) continue;
        const resources = objectAt(binding, 'spec', 'matchResources');
        if (!matchesConstraints(this.#api, resources, review)) continue;
        refusal ??= this.#ask(policy, binding, review, facts);
      }
    }
    if (refusal) throw refusal;
  }

  #policies(): Policy[] {
    return this.#api.store.list(policyStorage).map(entry => {
      let policy = this.#parsed.get(entry);
      if (!policy) this.#parsed.set(entry, (policy = parsePolicy(read(entry))));
      return policy;
    });
  }

  /** The refusal of a binding that denies; one that warns only does that. */
  #ask(policy: Policy, binding: JsonObject, review: Review, facts: RequestFacts): ApiError | undefined {
    const name = textAt(binding, 'metadata', 'name');
    const { denials, isConfiguration } = this.#denials(policy, binding, review, facts);
    const actions = isConfiguration ? ['Deny'] : listAt(binding, 'spec', 'validationActions');
    if (actions.includes('Warn'))
      for (const { message } of denials)
        facts.warn(
          `Validation failed for ValidatingAdmissionPolicy '${policy.name}' with binding '${name}': ${message}`,
        );
    const [first] = denials;
    if (!first || !actions.includes('Deny')) return undefined;
    const message = `ValidatingAdmissionPolicy '${policy.name}' with binding '${name}' denied request: ${first.message}`;
    return refusalOf(review, message, first.reason);
  }

  #denials(
    policy: Policy,
    binding: JsonObject,
    review: Review,
    facts: RequestFacts,
  ): { denials: Denial[]; isConfiguration: boolean } {
    try {
      const params = paramsOf(this.#api, policy.paramKind, objectAt(binding, 'spec'), review);
      return {
        denials: params.flatMap(param => this.#evaluate(policy, param, review, facts)),
        isConfiguration: false,
      };
    } catch (error) {
      if (!(error instanceof Misconfigured)) throw error;
      const denial = { message: `failed to configure binding: ${error.message}`, reason: 'Invalid' };
      return { denials: policy.ignoresFailure ? [] : [denial], isConfiguration: true };
    }
  }

  #evaluate(policy: Policy, params: JsonObject | null, review: Review, facts: RequestFacts): Denial[] {
    const failed = (message: string): Denial[] =>
      policy.ignoresFailure ? [] : [{ message, reason: 'Invalid' }];
    const { variables } = policy;
    if (policy.conditions.length > 0) {
      const surroundings = { params, namespaceObject: null, variables };
      const evaluation = new Evaluation(review, facts, surroundings, matchBudget);
      const match = matchConditions(policy.conditions, evaluation);
      if ('error' in match) return failed(match.error);
      if (!match.matches) return [];
    }
    const surroundings = { params, namespaceObject: namespaceOf(this.#api, review), variables };
    const evaluation = new Evaluation(review, facts, surroundings, budget);
    try {
      return policy.validations.flatMap(validation => {
        const outcome = evaluation.run(validation.expression);
        if ('error' in outcome) return failed(outcome.error);
        if (outcome.value === true) return [];
        return [{ message: messageOf(validation, evaluation), reason: validation.reason }];
      });
    } catch (error) {
      if (error instanceof OutOfBudget) return failed(error.message);
      throw error;
    }
  }
}

function messageOf(
  { messageExpression, message, expression }: PolicyValidation,
  evaluation: Evaluation,
): string {
  const outcome: Outcome | undefined = messageExpression && evaluation.run(messageExpression);
  const text = outcome && 'value' in outcome && typeof outcome.value === 'string' ? outcome.value.trim() : '';
  const isFit = Buffer.byteLength(text) <= longestMessage && !text.includes('\n');
  return (isFit && text) || message || `failed expression: ${expression.text.trim()}`;
}

const codes: Readonly<Record<string, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
};

function refusalOf(review: Review, message: string, reason: string): ApiError {
  const refusal = forbidden(review.target.resource, nameOf(review), message);
  return new ApiError(own(codes, reason) ?? 422, reason, refusal.message, {
    ...refusal.details,
    causes: [{ message }],
  });
}
