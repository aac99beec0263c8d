import type { JsonObject } from '@millrace/json';
import type { KubeObject } from '@millrace/kube';
import { listOf, normalisedConditions } from '../beside/normalise.ts';

export function normalisedKustomization(object: KubeObject): JsonObject {
  const status = structuredClone(object.status ?? {}) as JsonObject;
  status.conditions = normalisedConditions(status);
  if (status.history !== undefined)
    status.history = listOf(status.history).map(
      ({ firstReconciled, lastReconciled, lastReconciledDuration, totalReconciliations, ...rest }) => rest,
    );
  return { finalizers: object.metadata.finalizers ?? [], status };
}
