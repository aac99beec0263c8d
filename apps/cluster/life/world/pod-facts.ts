import { type Entry, read } from '../../store/entry.ts';
import { type Readiness, readinessOf } from './availability.ts';
import { isActive } from './pod-control.ts';

/** What the owner of many Pods needs to know of each at every visit. */
export interface PodFacts extends Readiness {
  readonly active: boolean;
}

const known = new WeakMap<Entry, PodFacts>();

/** Found out once for each state of a Pod: an owner of a thousand must not read them all when one changes. */
export function podFacts(entry: Entry): PodFacts {
  const before = known.get(entry);
  if (before) return before;
  const pod = read(entry);
  const facts = { active: isActive(pod), ...readinessOf(pod) };
  known.set(entry, facts);
  return facts;
}
