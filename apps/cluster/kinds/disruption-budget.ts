import { invalid, notSupported } from '@millrace/schema';
import { objectAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';
import { atMostWhole, countOrPercent } from './validation/numbers.ts';
import { labelSelectorProblems } from './validation/selectors.ts';

const policies = ['AlwaysAllow', 'IfHealthyBudget'];

/** https://kubernetes.io/docs/tasks/run-application/configure-pdb/ */
export const disruptionBudgetRules: KindRules = {
  problems(object) {
    const {
      minAvailable,
      maxUnavailable,
      selector,
      unhealthyPodEvictionPolicy: policy,
    } = objectAt(object, 'spec');
    const problems = [
      ...countOrPercent(minAvailable, 'spec.minAvailable'),
      ...atMostWhole(minAvailable, 'spec.minAvailable'),
      ...countOrPercent(maxUnavailable, 'spec.maxUnavailable'),
      ...atMostWhole(maxUnavailable, 'spec.maxUnavailable'),
      ...labelSelectorProblems(objectAt(selector), 'spec.selector'),
      ...(policy === undefined || policies.includes(String(policy))
        ? []
        : [notSupported('spec.unhealthyPodEvictionPolicy', policy, policies)]),
    ];
    if (minAvailable === undefined || maxUnavailable === undefined) return problems;
    const printed = {
      MinAvailable: minAvailable,
      Selector: selector ?? null,
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: policy ?? null,
    };
    return [invalid('spec', printed, 'minAvailable and maxUnavailable cannot be both set'), ...problems];
  },
};
