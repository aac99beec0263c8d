import type { JsonObject } from '@millrace/json';
import { matchExpression } from '../../api/label-selector.ts';
import { listAt, objectAt, objectsAt, textAt, valueAt } from '../../api/tree.ts';

/** Why a Pod cannot run on a node, as the scheduler words it. */
export type Misfit = string;

const unschedulable = 'node.kubernetes.io/unschedulable';

/**
 * What keeps a Pod from a node whoever else is there: node selector, required node affinity and taints; undefined when
 * nothing does.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
 */
export function misfitOf(pod: JsonObject, node: JsonObject): Misfit | undefined {
  if (!isSelected(pod, node)) return "node(s) didn't match Pod's node affinity/selector";
  if (valueAt(node, 'spec', 'unschedulable') === true && !tolerates(pod, cordon))
    return 'node(s) were unschedulable';
  const taint = objectsAt(node, 'spec', 'taints').find(
    each => each.key !== unschedulable && each.effect !== 'PreferNoSchedule' && !tolerates(pod, each),
  );
  return taint && `node(s) had untolerated taint(s)`;
}

/** True when the Pod may stay on a node where it runs already: only NoExecute drives it away. */
export function mayStay(pod: JsonObject, node: JsonObject): boolean {
  if (!isSelected(pod, node)) return false;
  return objectsAt(node, 'spec', 'taints').every(
    taint => taint.effect !== 'NoExecute' || tolerates(pod, taint),
  );
}

const cordon = { key: unschedulable, effect: 'NoSchedule' };

/** https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
function tolerates(pod: JsonObject, taint: JsonObject): boolean {
  return tolerationsOf(pod, taint).length > 0;
}

/** The tolerations of a Pod that are about a taint. */
export function tolerationsOf(pod: JsonObject, taint: JsonObject): JsonObject[] {
  return objectsAt(pod, 'spec', 'tolerations').filter(toleration => {
    const effect = textAt(toleration, 'effect');
    if (effect !== '' && effect !== taint.effect) return false;
    const key = textAt(toleration, 'key');
    if (key !== '' && key !== taint.key) return false;
    if (textAt(toleration, 'operator') === 'Exists') return true;
    return key !== '' && textAt(toleration, 'value') === textAt(taint, 'value');
  });
}

function isSelected(pod: JsonObject, node: JsonObject): boolean {
  const labels = objectAt(node, 'metadata', 'labels');
  const selector = Object.entries(objectAt(pod, 'spec', 'nodeSelector'));
  if (!selector.every(([key, value]) => labels[key] === value)) return false;
  const required = valueAt(
    pod,
    'spec',
    'affinity',
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
  );
  if (required === undefined) return true;
  return matchesNodeTerms(objectsAt(required, 'nodeSelectorTerms'), node);
}

/** One term is enough, and an empty one matches nothing. */
export function matchesNodeTerms(terms: readonly JsonObject[], node: JsonObject): boolean {
  const labels = objectAt(node, 'metadata', 'labels');
  const fields = { 'metadata.name': textAt(node, 'metadata', 'name') };
  return terms.some(term => {
    const onLabels = objectsAt(term, 'matchExpressions');
    const onFields = objectsAt(term, 'matchFields');
    if (onLabels.length + onFields.length === 0) return false;
    return onLabels.every(each => meets(each, labels)) && onFields.every(each => meets(each, fields));
  });
}

/** The operators of labels, and the two of numbers that only nodes are asked by. */
function meets(expression: JsonObject, labels: JsonObject): boolean {
  const operator = textAt(expression, 'operator');
  if (operator !== 'Gt' && operator !== 'Lt') return matchExpression(expression, labels);
  const key = textAt(expression, 'key');
  if (!Object.hasOwn(labels, key)) return false;
  const [value, limit] = [Number(labels[key]), Number(listAt(expression, 'values')[0])];
  return operator === 'Gt' ? value > limit : value < limit;
}
