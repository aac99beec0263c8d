import { type FieldError, invalid } from '@millrace/schema';
import { numberAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';

/** https://kubernetes.io/docs/concepts/architecture/leases/ */
export const leaseRules: KindRules = {
  problems(object) {
    const [seconds, transitions] = ['leaseDurationSeconds', 'leaseTransitions'].map(field =>
      numberAt(object, 'spec', field),
    );
    const problems: FieldError[] = [];
    if (seconds !== undefined && seconds <= 0)
      problems.push(invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0'));
    if (transitions !== undefined && transitions < 0)
      problems.push(invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'));
    return problems;
  },
};
