import { names, type Receiver, receiver } from '@millrace/api';
import {
  type Controller,
  type Environment,
  findCondition,
  handled,
  type Reconciler,
  referencesOf,
  waitFor,
} from '@millrace/controller';
import { keyOf } from '@millrace/kube';
import { reconcile } from './reconcile.ts';
import { digestOfPath } from './webhook-path.ts';

/** Receivers: what wakes one (its token, above all), and what is done with it then. */
export function receiverReconciler(
  environment: Environment,
  { component }: { component: string },
): Reconciler<typeof receiver> {
  let controller: Controller<typeof receiver> | undefined;
  const wake = (owner: string) => controller?.wake(owner, 'high');
  const references = referencesOf(environment, waitFor(wake, 'TokenNotFound'), wake);
  return {
    name: 'receiver',
    component,
    kind: receiver,
    defaultReason: 'Failed',
    indexes: {
      path: ({ status }) => (status?.webhookPath ? [digestOfPath(status.webhookPath)] : []),
    },
    start(started) {
      controller = started;
    },
    reconcile: (object, visit) => reconcile(object, visit, references),
    suspended: seen,
    async finalize({ metadata }) {
      references.release(keyOf(metadata));
      return { kind: 'finalized' };
    },
    forget: key => references.release(key),
  };
}

/**
 * A Receiver that is suspended answers requests by annotation, and of one that is ready it is said that its spec was
 * seen.
 */
function seen(object: Receiver) {
  const isReady = findCondition(object.status?.conditions, names.ready)?.status === 'True';
  const { generation = 0 } = object.metadata;
  return { ...handled(object), ...(isReady ? { observedGeneration: generation } : {}) };
}
