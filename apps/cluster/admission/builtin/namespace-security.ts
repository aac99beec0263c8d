import type { JsonObject } from '@millrace/json';
import { objectAt, textAt } from '../../api/tree.ts';
import { read } from '../../store/entry.ts';
import { isStricter, policyOf, type SecurityPolicy, violationsOf } from './pod-security.ts';
import type { Arrival, Plugin } from './review.ts';

/**
 * A namespace that becomes stricter warns of the Pods in it that would not be let in any more.
 * https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
export const namespaceSecurity: Plugin = {
  name: 'PodSecurity',
  validateChange(arrival, old) {
    const labelsOf = (namespace: JsonObject) =>
      objectAt(namespace, 'metadata', 'labels') as Readonly<Record<string, string>>;
    const policy = policyOf(labelsOf(arrival.object), 'enforce');
    const before = policyOf(labelsOf(old), 'enforce');
    if (policy.words === before.words) return;
    if (policy.version === before.version && !isStricter(policy.level, before.level)) return;
    const told = violatorsIn(arrival, policy);
    if (told.length === 0) return;
    const name = JSON.stringify(arrival.name);
    arrival.warn(
      `existing pods in namespace ${name} violate the new PodSecurity enforce level ${policy.words}`,
    );
    for (const line of told) arrival.warn(line);
  },
};

/** Pods with the same faults share a line, which names the first of them. */
function violatorsIn({ api, name: namespace }: Arrival, policy: SecurityPolicy): string[] {
  const byFault = new Map<string, string[]>();
  for (const entry of api.store.list('/pods', namespace)) {
    const pod = read(entry);
    const faults = violationsOf(policy, objectAt(pod, 'spec')).map(({ reason }) => reason);
    if (faults.length === 0) continue;
    const words = faults.join(', ');
    byFault.set(words, [...(byFault.get(words) ?? []), textAt(pod, 'metadata', 'name')]);
  }
  return [...byFault].map(([faults, [first, ...others]]) => {
    const rest =
      others.length === 0 ? '' : ` (and ${others.length} other pod${others.length > 1 ? 's' : ''})`;
    return `${first}${rest}: ${faults}`;
  });
}
