import { equal, type JsonObject } from '@millrace/json';
import { childOf, objectAt, textAt, valueAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';
import { daemonSetProblems } from './update-strategies.ts';
import { immutable, workloadProblems } from './workload-problems.ts';

/** How often the template changed: a field of old versions that apps/v1 carries as an annotation. */
const templateGeneration = 'deprecated.daemonset.template.generation';

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/daemon-set-v1/ */
export const daemonSetRules: KindRules = {
  /** The conversion from the internal version writes the annotation, so that the writer of the object owns it. */
  converted(object) {
    const metadata = childOf(object, 'metadata');
    if (textAt(metadata, 'annotations', templateGeneration)) return;
    childOf(metadata, 'annotations')[templateGeneration] = '0';
  },
  prepare(object, old) {
    const annotations = childOf(childOf(object, 'metadata'), 'annotations');
    const asked = Number(annotations[templateGeneration] ?? 0) || 0;
    const before = Number(textAt(old, 'metadata', 'annotations', templateGeneration)) || 0;
    const changed = old && !equal(templateOf(object), templateOf(old));
    annotations[templateGeneration] = String(old ? before + (changed ? 1 : 0) : Math.max(1, asked));
  },
  optional: ['spec.selector'],
  problems: (object, old) => [
    ...immutable(object, old, 'selector'),
    ...workloadProblems(object),
    ...daemonSetProblems(objectAt(object, 'spec')),
  ],
};

function templateOf(object: JsonObject) {
  return valueAt(objectAt(object, 'spec'), 'template') ?? null;
}
