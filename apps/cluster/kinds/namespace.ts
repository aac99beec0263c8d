import type { JsonObject } from '@millrace/json';
import { type FieldError, invalid } from '@millrace/schema';
import { childOf, objectAt, textAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';

const nameLabel = 'kubernetes.io/metadata.name';

/**
 * A namespace carries its name as a label, and a finalizer of its own kind in spec that goes when it is empty.
 * https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name
 */
export const namespaceRules: KindRules = {
  prepare(object: JsonObject, old: JsonObject | undefined): void {
    childOf(childOf(object, 'metadata'), 'labels')[nameLabel] = textAt(object, 'metadata', 'name');
    // Only the finalize subresource takes finalizers away; it does not pass here.
    if (old) object.spec = old.spec ?? {};
    else object.spec = { finalizers: ['kubernetes'] };
  },
  problems: object => securityProblems(objectAt(object, 'metadata', 'labels')),
  initialStatus: { phase: 'Active' },
};

const levels = ['privileged', 'baseline', 'restricted'];

/** https://kubernetes.io/docs/concepts/security/pod-security-admission/#pod-security-admission-labels-for-namespaces */
function securityProblems(labels: JsonObject): FieldError[] {
  return ['enforce', 'audit', 'warn'].flatMap(mode => {
    const key = `pod-security.kubernetes.io/${mode}`;
    const { [key]: level, [`${key}-version`]: version } = labels;
    const problems: FieldError[] = [];
    if (level !== undefined && !levels.includes(String(level)))
      problems.push(invalid(`metadata.labels[${key}]`, level, `must be one of ${levels.join(', ')}`));
    if (version !== undefined && !/^(latest|v1\.\d+)$/.test(String(version)))
      problems.push(invalid(`metadata.labels[${key}-version]`, version, 'must be "latest" or "v1.x"'));
    return problems;
  });
}
