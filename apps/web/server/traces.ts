import { asJson, at, groupOf, type KubeObject } from '@millrace/kube';
import { historyOf, type Past } from '../model/history.ts';
import { isOurs } from '../model/object-name.ts';
import { keyFor } from '../model/row-of.ts';
import { inventoryOf } from './inventory.ts';
import { nameOfKind } from './named-kind.ts';

/** What of an object of the fleet is searched beside its row. */
export interface Traces {
  /** What it has applied that has no row of its own, as `Kind.group/namespace/name`. */
  inventory: readonly string[];
  past: readonly Past[];
  /** Of a source in Git. */
  url: string;
}

export function tracesOf(object: KubeObject): Traces {
  const url = object.kind === 'GitRepository' ? at(asJson(object), 'spec', 'url') : undefined;
  return {
    inventory: inventoryOf(object).flatMap(({ apiVersion, kind, namespace = '', name }) => {
      const named = nameOfKind(groupOf(apiVersion), kind);
      return isOurs({ kind: named }) ? [] : [keyFor(named, namespace, name)];
    }),
    past: historyOf(object),
    url: typeof url === 'string' ? url : '',
  };
}
