import type { JsonObject } from '@millrace/json';
import type { Api } from '../api/api.ts';
import type { Cause } from '../api/status.ts';

/** What the API server does with objects of one resource beyond what their schema says. Trees are in the storage version. */
export interface KindRules {
  /** Write what the version of the API has only because upstream keeps the object in another form. */
  converted?(object: JsonObject): void;
  /** Decide what the client left open. `old` is undefined at creation. The tree may be changed. */
  prepare?(object: JsonObject, old: JsonObject | undefined, api: Api): void;
  /** What is wrong with the object, given what it was and by which subresource it is changed. */
  problems?(object: JsonObject, old: JsonObject | undefined, api: Api, subresource: string): Cause[];
  /** Fields that the published schema requires and that the server does not miss. */
  optional?: readonly string[];
  /** A finalizer that an object gets when it is deleted, for a controller that has work to do then. */
  finalizer?: string;
  /** The status of a new object. */
  initialStatus?: JsonObject;
}
