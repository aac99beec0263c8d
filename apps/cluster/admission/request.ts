import type { JsonObject } from '@millrace/json';
import type { Access } from '../access/access.ts';
import { userInfo } from '../access/reviews.ts';
import { groupVersion } from '../api/resource.ts';
import type { User } from '../http/authenticate.ts';
import type { Review } from './admission.ts';

/** What the request says besides its object. */
export interface RequestFacts {
  readonly user: User;
  readonly access: Access;
  readonly dryRun: boolean;
  /** The options of the request as reviews show them, such as a CreateOptions. */
  readonly options: JsonObject;
  warn(text: string): void;
}

/** An object as reviews show it: with its kind. */
export function reviewedObject({ target: { resource } }: Review, tree: JsonObject | null): JsonObject | null {
  return tree && { kind: resource.kind, apiVersion: groupVersion(resource), ...tree };
}

/** The name of the object that a review is about; that of a new one stands in the object. */
export function nameOf({ target: { name }, object }: Review): string {
  const { name: own } = (object?.metadata ?? {}) as { name?: string };
  return name || own || '';
}

/** A review as the `request` of an AdmissionReview, without its objects. */
export function admissionRequest(review: Review, facts: RequestFacts): JsonObject {
  const { resource, subresource, namespace } = review.target;
  const { group, version } = resource;
  const kind = { group, version, kind: resource.kind };
  const plural = { group, version, resource: resource.resource };
  const part: JsonObject = subresource ? { subResource: subresource, requestSubResource: subresource } : {};
  return {
    kind,
    resource: plural,
    requestKind: kind,
    requestResource: plural,
    ...part,
    name: nameOf(review),
    ...(namespace && { namespace }),
    operation: review.operation,
    userInfo: userInfo(facts.user),
    dryRun: facts.dryRun,
    options: facts.options,
  };
}
