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
class Unanswered extends Error {
  readonly key: string;
  readonly ask: () => Promise<JsonObject | null>;

  constructor(key: string, ask: () => Promise<JsonObject | null>) {
    super('a write waits for its admission');
    this.key = key;
    this.ask = ask;
  }
}

/** How often an object may change under a write before the writer is told so. */
const patience = 10;

/**
 * Does a write that reviewers have a say in. It is computed, stops where it needs an answer, and is computed again
 * once the answer is there: nothing is stored before all have agreed, and an object that changed in the meantime is
 * reviewed anew. Throws what the write and the reviewers throw, and 409 when the object never stands still.
 */
export async function withReviewers<T>(reviewers: Reviewers, write: (admission: Admission) => T): Promise<T> {
  const answers = new Map<string, JsonObject | null>();
  const answered = (phase: string, review: Review, ask: () => Promise<JsonObject | null>) => {
    const key = `${phase} ${textAt(review.old ?? undefined, 'metadata', 'resourceVersion')}`;
    const answer = answers.get(key);
    if (answer === undefined) throw new Unanswered(key, ask);
    return answer;
  };
  const admission: Admission = {
    mutate: review =>
      withIdentity(
        answered('mutate', review, () =>
          reviewers.mutate({ ...review, object: withoutIdentity(review.object, review) }),
        )!,
        review.object,
      ),
    validate(review) {
      answered('validate', review, async () => {
        await reviewers.validate(review);
        return null;
      });
    },
  };
  let last: Unanswered | undefined;
  for (let i = 0; i < 2 * patience; i++) {
    try {
      return write(admission);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      last = error;
      answers.set(error.key, await error.ask());
    }
  }
  throw conflict({ group: '', resource: 'objects', kind: '' }, last?.key ?? '', modified);
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
