import type { JsonObject } from '@millrace/json';
import type { Api } from '../../api/api.ts';
import { type ApiError, forbidden } from '../../api/status.ts';
import type { Target } from '../../api/target.ts';

/** A new or changed object, as the admission that is built in sees it. */
export interface Arrival {
  readonly api: Api;
  readonly target: Target;
  /** It may be changed by those that admit, and by nobody else. */
  readonly object: JsonObject;
  /** The name as far as the client gave one, else the prefix of it: what messages call the object. */
  readonly name: string;
  warn(text: string): void;
}

/** Part of the admission that kube-apiserver has on by default, under its name there. */
export interface Plugin {
  readonly name: string;
  /** Fill in what the client left open. Throws ApiError to refuse. */
  admit?(arrival: Arrival): void;
  /** Throws ApiError to refuse a new object. */
  validate?(arrival: Arrival): void;
  /** The same for one that changes. */
  validateChange?(arrival: Arrival, old: JsonObject): void;
}

export function refusal({ target, name }: Pick<Arrival, 'target' | 'name'>, why: string): ApiError {
  return forbidden(target.resource, name, why);
}
