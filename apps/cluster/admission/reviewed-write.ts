import type { WriteOptions } from '../api/api.ts';
import type { Target } from '../api/target.ts';
import type { Admission, Operation, Review } from './admission.ts';
import type { Policies } from './policies.ts';
import type { Reviewers } from './replay.ts';
import type { RequestFacts } from './request.ts';
import type { Webhooks } from './webhooks.ts';

/** Those who may have a say in any write. */
export interface Judges {
  readonly policies: Policies;
  readonly webhooks: Webhooks;
}

/** Who has a say in one write: nobody, those who answer at once, or also those whose answers are waited for. */
export interface Concerned {
  /** Has none where nobody answers at once. */
  readonly atOnce?: Admission;
  readonly later?: Reviewers;
}

/** Most writes concern nobody and are done without further ado. */
export function concernedBy(
  { policies, webhooks }: Judges,
  operation: Operation,
  target: Target,
  facts: () => RequestFacts,
): Concerned {
  const hasPolicies = policies.concern({ operation, target });
  const hasWebhooks = webhooks.concern({ operation, target });
  if (!hasPolicies && !hasWebhooks) return {};
  const known = saidOnce(facts());
  return {
    atOnce: {
      mutate: review => policies.mutating.mutate(review, known),
      validate: review => policies.validate(review, known),
    },
    ...(hasWebhooks && { later: webhooks.reviewers(known) }),
  };
}

/** A write that waits for webhooks is reviewed by policies each time, which must not repeat themselves. */
function saidOnce(facts: RequestFacts): RequestFacts {
  const told = new Set<string>();
  return {
    ...facts,
    warn(text) {
      if (!told.has(text)) facts.warn(text);
      told.add(text);
    },
  };
}

/** Policies and then webhooks, whose answers are there. */
export function inTurn(atOnce: Admission | undefined, asked: Admission): Admission {
  return {
    mutate: review => asked.mutate(atOnce ? { ...review, object: atOnce.mutate(review) } : review),
    validate(review: Review) {
      atOnce?.validate(review);
      asked.validate(review);
    },
  };
}

/** The options of a write together with those who have a say in it. */
export function withAdmission<Options extends WriteOptions>(
  options: Options,
  admission?: Admission,
): Options {
  return admission ? { ...options, admission } : options;
}
