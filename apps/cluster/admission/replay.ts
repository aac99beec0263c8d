import type { JsonObject } from '@millrace/json';
import { conflict, modified } from '../api/status.ts';
import { childOf, objectAt, textAt } from '../api/tree.ts';
import type { Admission, Review } from './admission.ts';

/** Those who are asked, and who take their time. Both throw ApiError to refuse. */
export interface Reviewers {
  mutate(review: Review & { readonly object: JsonObject }): Promise<JsonObject>;
  validate(review: Review): Promise<void>;
}

/** Stops a write that needs an answer which nobody has given yet. */
export class Unanswered extends Error {
  /** Resolved when the answer is there, whatever it is: then the write is to be tried again. */
  readonly answered: Promise<void>;

  constructor(answered: Promise<void>) {
    super('a write waits for its admission');
    this.answered = answered;
  }
}

type Answer = { readonly object: JsonObject | null } | { readonly refusal: unknown } | Promise<void>;

/**
 * The answers to one write that reviewers have a say in. It is computed, stops where it needs an answer, and is computed
 * again once the answer is there: nothing is stored before all have agreed, and an object that changed in the meantime
 * is reviewed anew.
 */
export class Replay {
  readonly #reviewers: Reviewers;
  readonly #answers = new Map<string, Answer>();

  constructor(reviewers: Reviewers) {
    this.#reviewers = reviewers;
  }

  /** Throws Unanswered where the write must be tried again, and what the write and the reviewers throw. */
  attempt<T>(write: (admission: Admission) => T): T {
    const reviewers = this.#reviewers;
    return write({
      mutate: review =>
        withIdentity(
          this.#answered('mutate', review, () =>
            reviewers.mutate({ ...review, object: withoutIdentity(review.object, review) }),
          )!,
          review.object,
        ),
      validate: review => {
        this.#answered('validate', review, async () => {
          await reviewers.validate(review);
          return null;
        });
      },
    });
  }

  #answered(phase: string, review: Review, ask: () => Promise<JsonObject | null>): JsonObject | null {
    const key = `${phase} ${textAt(review.old ?? undefined, 'metadata', 'resourceVersion')}`;
    const answer = this.#answers.get(key);
    if (answer === undefined) {
      const asked = this.#ask(key, ask);
      this.#answers.set(key, asked);
      throw new Unanswered(asked);
    }
    if (answer instanceof Promise) throw new Unanswered(answer);
    if ('refusal' in answer) throw answer.refusal;
    return answer.object;
  }

  async #ask(key: string, ask: () => Promise<JsonObject | null>): Promise<void> {
    try {
      this.#answers.set(key, { object: await ask() });
    } catch (refusal) {
      this.#answers.set(key, { refusal });
    }
  }
}

/** How often an object may change under a write before the writer is told so. */
const patience = 10;

/** Does a write, and waits for what its reviewers say. Throws 409 when the object never stands still. */
export async function withReviewers<T>(reviewers: Reviewers, write: (admission: Admission) => T): Promise<T> {
  const replay = new Replay(reviewers);
  for (let i = 0; i < 2 * patience; i++) {
    try {
      return replay.attempt(write);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      await error.answered;
    }
  }
  throw conflict({ group: '', resource: 'objects', kind: '' }, '', modified);
}

/** A new object has no identity before it is stored. */
function withoutIdentity(object: JsonObject, { operation }: Review): JsonObject {
  if (operation !== 'CREATE') return object;
  const { uid: _uid, creationTimestamp: _time, ...metadata } = objectAt(object, 'metadata');
  return { ...object, metadata };
}

function withIdentity(answer: JsonObject, object: JsonObject): JsonObject {
  const copy = structuredClone(answer);
  const { uid, creationTimestamp } = objectAt(object, 'metadata');
  const metadata = childOf(copy, 'metadata');
  if (uid !== undefined) metadata.uid = uid;
  if (creationTimestamp !== undefined) metadata.creationTimestamp = creationTimestamp;
  return copy;
}
