import { createHash } from 'node:crypto';
import { clone, equal, type JsonObject } from '@millrace/json';
import { childOf, objectAt, textAt, valueAt } from '../../api/tree.ts';
import { controllerReference } from '../world/owners.ts';

export const revisionAnnotation = 'deployment.kubernetes.io/revision';
const historyAnnotation = 'deployment.kubernetes.io/revision-history';
const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas';
const maxAnnotation = 'deployment.kubernetes.io/max-replicas';
const hashLabel = 'pod-template-hash';

/** Annotations of a Deployment that are none of its ReplicaSets' business. */
const kept = [
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
  'deprecated.deployment.rollback.to',
];

/** An integer of 64 bits, which no number of JavaScript can hold; 0 for anything else. */
export function revisionOf(set: JsonObject): bigint {
  const text = textAt(set, 'metadata', 'annotations', revisionAnnotation);
  return /^\d{1,18}$|^[1-8]\d{18}$/.test(text) ? BigInt(text) : 0n;
}

/** 0 where there is none. */
export function highestRevision(sets: readonly JsonObject[]): bigint {
  return sets.map(revisionOf).reduce((a, b) => (a > b ? a : b), 0n);
}

export function byRevision(a: JsonObject, b: JsonObject): number {
  const [one, other] = [revisionOf(a), revisionOf(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

export function hasTemplateOf(set: JsonObject, deployment: JsonObject): boolean {
  const template = clone(objectAt(set, 'spec', 'template'));
  delete objectAt(template, 'metadata', 'labels')[hashLabel];
  return equal(template, objectAt(deployment, 'spec', 'template'));
}

/** Digits and consonants, as upstream encodes its hashes, so that names spell nothing. */
function hashOf(template: JsonObject): string {
  const digest = createHash('sha256').update(JSON.stringify(template)).digest();
  return [...digest.subarray(0, 10)].map(byte => 'bcdfghjklmnpqrstvwxz2456789'[byte % 27]).join('');
}

/** A ReplicaSet for the present template of a Deployment, without replicas and annotations. */
export function replicaSetFor(deployment: JsonObject): JsonObject {
  const template = clone(objectAt(deployment, 'spec', 'template'));
  const hash = hashOf(template);
  childOf(childOf(template, 'metadata'), 'labels')[hashLabel] = hash;
  const selector = clone(objectAt(deployment, 'spec', 'selector'));
  childOf(selector, 'matchLabels')[hashLabel] = hash;
  const minReadySeconds = valueAt(deployment, 'spec', 'minReadySeconds');
  return {
    metadata: {
      name: `${textAt(deployment, 'metadata', 'name')}-${hash}`,
      namespace: textAt(deployment, 'metadata', 'namespace'),
      labels: { ...objectAt(template, 'metadata', 'labels') },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: { ...(minReadySeconds !== undefined && { minReadySeconds }), selector, template },
  };
}

/**
 * Annotate the current ReplicaSet: with the Deployment's own annotations and the revision. One that comes back gets a
 * new revision and remembers those it had.
 */
export function markRevision(set: JsonObject, deployment: JsonObject, revision: bigint): void {
  const annotations = childOf(childOf(set, 'metadata'), 'annotations');
  for (const [key, value] of Object.entries(objectAt(deployment, 'metadata', 'annotations')))
    if (!kept.includes(key)) annotations[key] = value;
  const before = revisionOf(set);
  if (before === revision) return;
  annotations[revisionAnnotation] = String(revision);
  if (before > 0n) {
    const history = textAt(annotations, historyAnnotation);
    annotations[historyAnnotation] = history ? `${history},${before}` : String(before);
  }
}

/** The size of the Deployment that a ReplicaSet was last scaled for, by which its share is reckoned. */
export function markSize(set: JsonObject, desired: number, most: number): void {
  const annotations = childOf(childOf(set, 'metadata'), 'annotations');
  annotations[desiredAnnotation] = String(desired);
  annotations[maxAnnotation] = String(most);
}

export function sizeMarks(set: JsonObject): { desired?: number; most?: number } {
  const at = (key: string) => {
    const text = textAt(set, 'metadata', 'annotations', key);
    return /^\d+$/.test(text) ? Number(text) : undefined;
  };
  const [desired, most] = [at(desiredAnnotation), at(maxAnnotation)];
  return { ...(desired !== undefined && { desired }), ...(most !== undefined && { most }) };
}
