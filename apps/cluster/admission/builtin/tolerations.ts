import type { JsonObject } from '@millrace/json';
import { childOf, objectsAt, textAt } from '../../api/tree.ts';
import type { Plugin } from './review.ts';

/**
 * Pods stay five minutes on a node that is lost, unless they say something else.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions
 */
export const defaultTolerationSeconds: Plugin = {
  name: 'DefaultTolerationSeconds',
  admit({ object }) {
    tolerateLostNodes(childOf(object, 'spec'));
  },
};

export function tolerateLostNodes(spec: JsonObject): void {
  const given = objectsAt(spec, 'tolerations');
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    const known = given.some(
      each => (textAt(each, 'key') || key) === key && ['', 'NoExecute'].includes(textAt(each, 'effect')),
    );
    if (!known) given.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });
  }
  spec.tolerations = given;
}
