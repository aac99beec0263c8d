import type { Condition } from '@millrace/api';
import { isObject, type Json } from '@millrace/json';
import type { KubeObject } from '@millrace/kube';

/** What all kinds of Flux have in common, read once from an object of the cluster. Fields of the wrong type are as absent. */
export interface Resource {
  kind: string;
  name: string;
  namespace: string;
  generation: number;
  /** 0 where no controller has seen the object. */
  observedGeneration: number;
  suspended: boolean;
  conditions: Condition[];
  ready: Condition | undefined;
  /** The last value of the annotation that asks for a reconcile which a controller acted upon; empty where none. */
  lastHandledReconcileAt: string;
  /** The whole, for what only one kind has. */
  object: KubeObject;
}

export function resourceOf(object: KubeObject): Resource {
  const conditions = conditionsIn(valueAt(object, 'status', 'conditions'));
  const observed = valueAt(object, 'status', 'observedGeneration');
  return {
    kind: object.kind,
    name: object.metadata.name,
    namespace: object.metadata.namespace ?? '',
    generation: object.metadata.generation ?? 0,
    observedGeneration: typeof observed === 'number' ? observed : 0,
    suspended: valueAt(object, 'spec', 'suspend') === true,
    conditions,
    ready: conditions.find(({ type }) => type === 'Ready'),
    lastHandledReconcileAt: textAt(object, 'status', 'lastHandledReconcileAt'),
    object,
  };
}

/** The text at a path of keys, and of places in lists; empty where there is none. */
export function textAt(object: KubeObject, ...path: string[]): string {
  const value = valueAt(object, ...path);
  return typeof value === 'string' ? value : '';
}

/** The number at such a path; 0 where there is none. */
export function numberAt(object: KubeObject, ...path: string[]): number {
  const value = valueAt(object, ...path);
  return typeof value === 'number' ? value : 0;
}

/** A KubeObject is JSON, whose other fields its type does not name. */
function valueAt(object: KubeObject, ...path: string[]): Json | undefined {
  let value: unknown = object;
  for (const key of path)
    value = Array.isArray(value) ? value[Number(key)] : isObject(value) ? value[key] : undefined;
  return value as Json | undefined;
}

function conditionsIn(value: Json | undefined): Condition[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).map(condition => {
    const text = (key: string) => (typeof condition[key] === 'string' ? condition[key] : '');
    const { observedGeneration } = condition;
    return {
      type: text('type'),
      status: statusIn(text('status')),
      reason: text('reason'),
      message: text('message'),
      lastTransitionTime: text('lastTransitionTime'),
      ...(typeof observedGeneration === 'number' ? { observedGeneration } : {}),
    };
  });
}

function statusIn(text: string): Condition['status'] {
  return text === 'True' || text === 'False' ? text : 'Unknown';
}
