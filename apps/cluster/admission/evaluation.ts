import {
  type AuthorizationQuestion,
  authorizer,
  CostLimitExceeded,
  EvaluationError,
  fromJson,
  LazyObject,
  type Program,
  requestResourceAuthorizer,
  type Value,
} from '@millrace/cel';
import type { JsonObject } from '@millrace/json';
import type { Review } from './admission.ts';
import type { Compiled } from './expression.ts';
import { admissionRequest, nameOf, type RequestFacts, reviewedObject } from './request.ts';

/** The expressions of one policy or webhook cost too much for one request; nothing else is evaluated. */
export class OutOfBudget extends Error {
  override name = 'OutOfBudget';

  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run');
  }
}

/** What expressions see besides the request itself. */
export interface Surroundings {
  readonly params: JsonObject | null;
  readonly namespaceObject: JsonObject | null;
  readonly variables: ReadonlyMap<string, Compiled>;
}

/** A value, or why there is none. */
export type Outcome = { readonly value: Value } | { readonly error: string };

/**
 * Evaluates the expressions of a policy or a webhook for one request. Values are made when an expression asks for
 * them; all together may cost no more than the budget.
 */
export class Evaluation {
  readonly #values: (name: string) => Value | undefined;
  #left: number;

  constructor(review: Review, facts: RequestFacts, surroundings: Surroundings, budget: number) {
    this.#left = budget;
    const known = new Map<string, Value>();
    const makers = this.#makers(review, facts, surroundings);
    this.#values = name => {
      const found = known.get(name);
      if (found !== undefined) return found;
      const made = Object.hasOwn(makers, name) ? makers[name]!() : undefined;
      if (made !== undefined) known.set(name, made);
      return made;
    };
  }

  /** Throws OutOfBudget. */
  run(compiled: Compiled): Outcome {
    if ('problem' in compiled) return { error: `compilation error: ${compiled.problem}` };
    try {
      return { value: this.#evaluate(compiled.program) };
    } catch (error) {
      if (!(error instanceof EvaluationError || error instanceof CostLimitExceeded)) throw error;
      return { error: `expression '${compiled.text}' resulted in error: ${error.message}` };
    }
  }

  #evaluate(program: Program): Value {
    let cost = 0;
    let value: Value;
    try {
      value = program.evaluate(this.#values, { onCost: spent => (cost = spent) });
    } catch (error) {
      // A budget that is spent is worse than an expression without a value.
      this.#spend(cost);
      throw error;
    }
    this.#spend(cost);
    return value;
  }

  #spend(cost: number): void {
    this.#left -= cost;
    if (this.#left < 0) throw new OutOfBudget();
  }

  #makers(
    review: Review,
    facts: RequestFacts,
    { params, namespaceObject, variables }: Surroundings,
  ): Record<string, () => Value> {
    const ask = (question: AuthorizationQuestion) => decide(question, facts);
    const { resource, subresource, namespace } = review.target;
    const about = {
      group: resource.group,
      resource: resource.resource,
      subresource,
      namespace,
      name: nameOf(review),
    };
    return {
      object: () => fromJson(reviewedObject(review, review.object)),
      oldObject: () => fromJson(reviewedObject(review, review.old)),
      request: () => fromJson(admissionRequest(review, facts)),
      params: () => fromJson(params),
      namespaceObject: () => fromJson(namespaceObject),
      authorizer: () => authorizer(ask),
      'authorizer.requestResource': () => requestResourceAuthorizer(ask, about),
      variables: () =>
        new LazyObject([...variables.keys()], name => this.#variable(name, variables.get(name)!)),
    };
  }

  /** A variable of the policy, evaluated when it is first used. */
  #variable(name: string, compiled: Compiled): Value {
    const fail = (why: string) => new EvaluationError(`composited variable ${JSON.stringify(name)} ${why}`);
    if ('problem' in compiled) throw fail(`fails to compile: ${compiled.problem}`);
    try {
      return this.#evaluate(compiled.program);
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      throw fail(`fails to evaluate: ${error.message}`);
    }
  }
}

function decide(
  question: AuthorizationQuestion,
  { user, access }: RequestFacts,
): { allowed: boolean; reason: string } {
  const { serviceAccount, path, verb, group, resource, subresource, namespace, name } = question;
  const who = serviceAccount
    ? {
        name: `system:serviceaccount:${serviceAccount.namespace}:${serviceAccount.name}`,
        groups: [
          'system:serviceaccounts',
          `system:serviceaccounts:${serviceAccount.namespace}`,
          'system:authenticated',
        ],
      }
    : user;
  if (path !== undefined) return access.decide(who, { verb, path });
  return access.decide(who, { verb, group, version: '*', resource, subresource, namespace, name });
}
