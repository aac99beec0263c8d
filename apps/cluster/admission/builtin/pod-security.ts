import { equal, type JsonObject } from '@millrace/json';
import { objectAt, objectsAt, textAt } from '../../api/tree.ts';
import { checksOf, isLevel, type Level, type Violation } from './pod-security-checks.ts';
import { type Arrival, type Plugin, refusal } from './review.ts';

const prefix = 'pod-security.kubernetes.io/';

/** Where the Pod of an object is that makes Pods; of those it only warns. */
const templates: Readonly<Record<string, readonly string[]>> = {
  '/podtemplates': ['template', 'spec'],
  '/replicationcontrollers': ['spec', 'template', 'spec'],
  'apps/daemonsets': ['spec', 'template', 'spec'],
  'apps/deployments': ['spec', 'template', 'spec'],
  'apps/replicasets': ['spec', 'template', 'spec'],
  'apps/statefulsets': ['spec', 'template', 'spec'],
  'batch/cronjobs': ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
  'batch/jobs': ['spec', 'template', 'spec'],
};

export const securedResources: readonly string[] = Object.keys(templates);

/**
 * Namespaces say by their labels what their Pods may do on a node.
 * https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
export const podSecurity: Plugin = {
  name: 'PodSecurity',
  validate: review,
  validateChange(arrival, old) {
    // Of a Pod nothing else that matters here can change.
    const isPod = templates[arrival.target.resource.storage] === undefined;
    if (!isPod || !equal(imagesOf(arrival.object), imagesOf(old))) review(arrival);
  },
};

function review(arrival: Arrival): void {
  const { api, target, object } = arrival;
  const labels = api.store.get('/namespaces', '', target.namespace)?.labels ?? {};
  const path = templates[target.resource.storage];
  const spec = objectAt(object, ...(path ?? ['spec']));
  if (!path) enforce(arrival, labels, spec);
  const policy = policyOf(labels, 'warn');
  const broken = violationsOf(policy, spec);
  if (broken.length > 0) arrival.warn(`would violate PodSecurity ${policy.words}: ${describe(broken)}`);
}

function imagesOf(pod: JsonObject): string[] {
  return ['initContainers', 'containers'].flatMap(list =>
    objectsAt(pod, 'spec', list).map(container => textAt(container, 'image')),
  );
}

function enforce(arrival: Arrival, labels: Readonly<Record<string, string>>, spec: JsonObject): void {
  const policy = policyOf(labels, 'enforce');
  const broken = violationsOf(policy, spec);
  if (broken.length > 0) throw refusal(arrival, `violates PodSecurity ${policy.words}: ${describe(broken)}`);
}

/** What a namespace asks for in one mode; `words` name it in messages. */
export interface SecurityPolicy {
  readonly level: Level;
  readonly version: string;
  readonly words: string;
}

export function policyOf(labels: Readonly<Record<string, string>>, mode: 'enforce' | 'warn'): SecurityPolicy {
  const asked = labels[`${prefix}${mode}`] ?? 'privileged';
  const level = isLevel(asked) ? asked : 'restricted';
  const version = labels[`${prefix}${mode}-version`] ?? 'latest';
  return { level, version, words: JSON.stringify(`${level}:${version}`) };
}

const byStrictness: readonly Level[] = ['privileged', 'baseline', 'restricted'];

export function isStricter(level: Level, than: Level): boolean {
  return byStrictness.indexOf(level) > byStrictness.indexOf(than);
}

export function violationsOf(
  { level, version }: Pick<SecurityPolicy, 'level' | 'version'>,
  spec: JsonObject,
): Violation[] {
  return checksOf(level, version).flatMap(check => check(spec) ?? []);
}

function describe(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
}
