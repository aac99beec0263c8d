import { type FieldError, forbidden, notSupported, required } from '@millrace/schema';
import { numberAt, textAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';

const policies = ['PreemptLowerPriority', 'Never'];
const highest = 1_000_000_000;
/** Those of the system are there from the start. */
const system = 'system-';

/** https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/#priorityclass */
export const priorityClassRules: KindRules = {
  problems(object, old) {
    const [name, value] = [textAt(object, 'metadata', 'name'), numberAt(object, 'value') ?? 0];
    const problems: FieldError[] = [];
    if (!name.startsWith(system) && value > highest)
      problems.push(forbidden('value', `maximum allowed value of a user defined priority is ${highest}`));
    const policy = textAt(object, 'preemptionPolicy');
    if (object.preemptionPolicy === '') problems.push(required('preemptionPolicy'));
    else if (object.preemptionPolicy !== undefined && !policies.includes(policy))
      problems.push(notSupported('preemptionPolicy', policy, policies));
    if (old && value !== (numberAt(old, 'value') ?? 0))
      problems.push(forbidden('value', 'may not be changed in an update.'));
    return problems;
  },
};
