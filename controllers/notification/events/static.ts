import type { alert, provider, ResourceOf } from '@millrace/api';
import type { Reconciler } from '@millrace/controller';
import { component } from '../names.ts';

/**
 * Alerts and Providers only say what is to be done with events. Versions before v1beta3 had a finalizer and a status:
 * both are taken away (notification-controller, docs/spec/v1beta3).
 */
export function staticReconciler<K extends typeof alert | typeof provider>(
  kind: K,
  indexes: Record<string, (object: ResourceOf<K>) => string[]>,
): Reconciler<K> {
  const migrated = `removed finalizer from ${kind.kind} to migrate to static ${kind.kind}`;
  return {
    name: kind.singular,
    component,
    kind,
    indexes,
    defaultReason: 'Failed',
    isStatic: () => true,
    async reconcile() {
      return { kind: 'unchanged' };
    },
    async finalize() {
      return {
        kind: 'finalized',
        events: [{ severity: 'info', reason: 'Migration', message: migrated }],
      };
    },
  };
}
