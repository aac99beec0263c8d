import { invalid } from '@millrace/schema';
import { textAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';

/** What an event is about is in its namespace; events of cluster-scoped objects are in `default` or `kube-system`. */
export const eventRules: KindRules = {
  problems(event, old) {
    if (old) return [];
    const [about, own] = [
      textAt(event, 'involvedObject', 'namespace'),
      textAt(event, 'metadata', 'namespace'),
    ];
    const fits = about === '' ? own === 'default' || own === 'kube-system' : about === own;
    return fits ? [] : [invalid('involvedObject.namespace', about, 'does not match event.namespace')];
  },
};
