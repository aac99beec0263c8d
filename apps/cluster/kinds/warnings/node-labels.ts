import type { JsonObject } from '@millrace/json';
import { labelValueProblems } from '../../api/label-names.ts';
import { listAt, objectAt, objectsAt, own, textAt } from '../../api/tree.ts';

/** Labels of nodes that have other names by now. Source of the table: Kubernetes, pkg/api/node. */
const deprecated: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region':
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone':
    'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type':
    'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods':
    'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
};

/** What to say of a label of nodes; undefined where that is nothing. */
export function deprecatedNodeLabel(label: string): string | undefined {
  return own(deprecated, label);
}

/** Of a Pod that asks for nodes by deprecated labels. */
export function nodeChoiceWarnings(spec: JsonObject, at: string): string[] {
  const affinity = objectAt(spec, 'affinity', 'nodeAffinity');
  const soft = 'preferredDuringSchedulingIgnoredDuringExecution';
  const path = `${at}.affinity.nodeAffinity`;
  return [
    ...Object.keys(objectAt(spec, 'nodeSelector')).flatMap(label => {
      const why = deprecatedNodeLabel(label);
      return why === undefined ? [] : [`${at}.nodeSelector[${label}]: ${why}`];
    }),
    ...requiredTermWarnings(
      objectAt(affinity, 'requiredDuringSchedulingIgnoredDuringExecution'),
      `${path}.requiredDuringSchedulingIgnoredDuringExecution`,
    ),
    ...objectsAt(affinity, soft).flatMap((term, i) =>
      termWarnings(objectAt(term, 'preference'), `${path}.${soft}[${i}].preference`, true),
    ),
    ...spreadWarnings(spec, at),
  ];
}

/** Of the terms of a node selector at `at`. */
export function requiredTermWarnings(selector: JsonObject, at: string): string[] {
  return objectsAt(selector, 'nodeSelectorTerms').flatMap((term, i) =>
    termWarnings(term, `${at}.nodeSelectorTerms[${i}]`, false),
  );
}

function termWarnings(term: JsonObject, at: string, looksAtValues: boolean): string[] {
  return objectsAt(term, 'matchExpressions').flatMap((expression, i) => {
    const key = textAt(expression, 'key');
    const why = deprecatedNodeLabel(key);
    const field = `${at}.matchExpressions[${i}]`;
    const values = looksAtValues ? listAt(expression, 'values') : [];
    return [
      ...(why === undefined ? [] : [`${field}.key: ${key} is ${why}`]),
      ...values.flatMap((value, k) =>
        labelValueProblems(value, '').map(({ message }) => {
          const rule = message.slice(`Invalid value: ${JSON.stringify(String(value))}: `.length);
          return `${field}.values[${k}]: ${String(value)} is invalid, ${rule}`;
        }),
      ),
    ];
  });
}

function spreadWarnings(spec: JsonObject, at: string): string[] {
  return objectsAt(spec, 'topologySpreadConstraints').flatMap((constraint, i) => {
    const field = `${at}.topologySpreadConstraints[${i}]`;
    const key = textAt(constraint, 'topologyKey');
    const why = deprecatedNodeLabel(key);
    return [
      ...(why === undefined ? [] : [`${field}.topologyKey: ${key} is ${why}`]),
      ...matchesNothing(constraint, field),
    ];
  });
}

/** Of a selector of Pods that was left out, where one would take it for all. */
export function matchesNothing(term: JsonObject, at: string): string[] {
  if ((term.labelSelector ?? null) !== null) return [];
  return [`${at}.labelSelector: a null labelSelector results in matching no pod`];
}
