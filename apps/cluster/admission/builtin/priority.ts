import type { JsonObject } from '@millrace/json';
import { childOf, numberAt, textAt } from '../../api/tree.ts';
import { read } from '../../store/entry.ts';
import { type Arrival, type Plugin, refusal } from './review.ts';

const classes = 'scheduling.k8s.io/priorityclasses';

/**
 * A Pod's priority is that of its class, or of the default one.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
 */
export const priority: Plugin = {
  name: 'Priority',
  admit(arrival) {
    const spec = childOf(arrival.object, 'spec');
    const found = classFor(arrival, textAt(spec, 'priorityClassName'));
    const value = numberAt(found, 'value') ?? 0;
    const policy = textAt(found, 'preemptionPolicy') || 'PreemptLowerPriority';
    if (found && !spec.priorityClassName) spec.priorityClassName = textAt(found, 'metadata', 'name');
    const by = 'priority admission controller computed';
    const from = 'from the given PriorityClass name';
    if (spec.priority !== undefined && spec.priority !== value) {
      const why = `the integer value of priority (${spec.priority}) must not be provided in pod spec`;
      throw refusal(arrival, `${why}; ${by} ${value} ${from}`);
    }
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
      const why = `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec`;
      throw refusal(arrival, `${why}; ${by} ${policy} ${from}`);
    }
    spec.priority = value;
    spec.preemptionPolicy = policy;
  },
};

function classFor(arrival: Arrival, name: string): JsonObject | undefined {
  const { store } = arrival.api;
  if (name === '') return defaultClass(store.list(classes).map(read));
  const entry = store.get(classes, '', name);
  if (!entry) throw refusal(arrival, `no PriorityClass with name ${name} was found`);
  return read(entry);
}

/** Of several defaults the one with the lowest value counts. */
function defaultClass(all: readonly JsonObject[]): JsonObject | undefined {
  const value = (each: JsonObject) => numberAt(each, 'value') ?? 0;
  return all.filter(each => each.globalDefault === true).sort((a, b) => value(a) - value(b))[0];
}
