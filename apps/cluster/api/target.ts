import type { Resource } from './resource.ts';

/** The object or collection that a request means. */
export interface Target {
  readonly resource: Resource;
  /** Empty for cluster-scoped resources and for collections over all namespaces. */
  readonly namespace: string;
  /** Empty for collections. */
  readonly name: string;
  /** Empty for the object itself. */
  readonly subresource: string;
}
