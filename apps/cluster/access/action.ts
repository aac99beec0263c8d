/** What somebody wants to do with a resource; the parts are as the request's path has them. */
export interface ResourceAction {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Empty for the object itself. */
  readonly subresource: string;
  /** Empty for cluster-scoped resources and for all namespaces. */
  readonly namespace: string;
  /** Empty for collections. */
  readonly name: string;
}

/** What somebody wants to do with a path that is no resource's, such as `/version`. */
export interface PathAction {
  readonly verb: string;
  readonly path: string;
}

export type Action = ResourceAction | PathAction;

export function isPathAction(action: Action): action is PathAction {
  return 'path' in action;
}

/** `pods`, or `pods/log` with its subresource, as rules name it. */
export function resourceName({
  resource,
  subresource,
}: Pick<ResourceAction, 'resource' | 'subresource'>): string {
  return subresource ? `${resource}/${subresource}` : resource;
}
