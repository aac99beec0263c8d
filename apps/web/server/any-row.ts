import { asJson, at, groupOf, healthOf, type KubeObject } from '@millrace/kube';
import { healthStates } from '../model/health-state.ts';
import { isOurs } from '../model/object-name.ts';
import type { Row } from '../model/row.ts';
import { conditionsOf, keyFor, rowOf } from '../model/row-of.ts';
import { nameOfKind } from './named-kind.ts';

/** Any object as a row: ours as in the list, others by their health. */
export function rowOfAny(object: KubeObject): Row {
  const kind = nameOfKind(groupOf(object.apiVersion), object.kind);
  const row = rowOf(object);
  if (isOurs({ kind })) return row;
  const { status, message } = healthOf(object);
  return {
    ...row,
    key: keyFor(kind, row.namespace, row.name),
    kind,
    state: row.suspended ? 'suspended' : healthStates[status],
    reason: '',
    message,
    since: newest(object),
  };
}

/** When its conditions last changed; else since when it is there. */
function newest(object: KubeObject): string {
  const times = conditionsOf(asJson(object)).map(one => one.lastTransitionTime);
  const started = at(asJson(object), 'status', 'startTime');
  const { creationTimestamp = '' } = object.metadata;
  return [creationTimestamp, typeof started === 'string' ? started : '', ...times].sort().at(-1) ?? '';
}
