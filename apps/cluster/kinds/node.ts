import { invalid, notSupported } from '@millrace/schema';
import { listAt, objectsAt, textAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';
import { parseNetwork } from './validation/networks.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** https://kubernetes.io/docs/concepts/architecture/nodes/ */
export const nodeRules: KindRules = {
  problems: node => [
    ...objectsAt(node, 'spec', 'taints').flatMap((taint, i) => {
      const effect = textAt(taint, 'effect');
      // Upstream looks for them in the metadata.
      return effects.includes(effect) ? [] : [notSupported(`metadata.taints[${i}].effect`, effect, effects)];
    }),
    ...listAt(node, 'spec', 'podCIDRs').flatMap((range, i) =>
      parseNetwork(String(range)) === undefined
        ? [
            invalid(
              `spec.podCIDRs[${i}]`,
              range,
              'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
            ),
          ]
        : [],
    ),
  ],
};
