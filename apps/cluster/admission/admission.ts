import type { JsonObject } from '@millrace/json';
import type { Target } from '../api/target.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

/** A write before it is done, as those who have a say in it are asked about it. */
export interface Review {
  readonly operation: Operation;
  readonly target: Target;
  /** In the version of the request; null for a deletion. It is not to be changed. */
  readonly object: JsonObject | null;
  /** As it is stored now; null for a creation. */
  readonly old: JsonObject | null;
}

/**
 * Those who have a say in a request's writes besides the server itself: webhooks and policies.
 *
 * Writes are computed in one go, so that nobody comes between what was read and what is stored; see replay.ts for how
 * that goes together with answers that take their time.
 */
export interface Admission {
  /** The object after those who may change it have done so. Throws ApiError where one of them refuses. */
  mutate(review: Review & { readonly object: JsonObject }): JsonObject;
  /** Throws ApiError where somebody refuses. */
  validate(review: Review): void;
}
