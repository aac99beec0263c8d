import type { JsonObject } from '@millrace/json';
import { childOf, textAt } from '../api/tree.ts';
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
  initialStatus: { phase: 'Active' },
};
