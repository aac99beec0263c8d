import { clone, type JsonObject } from '@millrace/json';
import { type Api, type Target, timestamp, type WriteOptions } from '../api/api.ts';
import { isTrue, withConditions } from '../api/conditions.ts';
import { matchLabelSelector } from '../api/label-selector.ts';
import { ApiError, badRequest, internal, notFound } from '../api/status.ts';
import { childOf, numberAt, objectAt, textAt, valueAt } from '../api/tree.ts';
import { read } from '../store/entry.ts';
import { deleteObject, parseDeleteOptions } from './delete.ts';
import { changeObject } from './update.ts';

const budgets = 'policy/poddisruptionbudgets';

/**
 * Delete a Pod unless its disruption budget forbids it. Throws 429 where it does, 404 where there is no such Pod.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
 */
export function evict(api: Api, given: Target, body: JsonObject, options: WriteOptions): JsonObject {
  const target = { ...given, subresource: '' };
  const entry = api.store.get('/pods', target.namespace, target.name);
  if (!entry) throw notFound(target.resource, target.name);
  const name = textAt(body, 'metadata', 'name');
  if (name && name !== target.name) throw badRequest('name in URL does not match name in Eviction object');
  const how = parseDeleteOptions(objectAt(body, 'deleteOptions'), new URLSearchParams());
  const dryRun = how.dryRun || options.dryRun;
  const pod = read(entry);
  const budget = isBeyondBudgets(pod) ? undefined : budgetOf(api, pod);
  if (budget && !isFreeToGo(pod, budget)) {
    requireRoom(budget);
    if (!dryRun) spend(api, budget, target.name);
  }
  if (!dryRun) markDisrupted(api, target, options);
  deleteObject(api, target, { ...how, dryRun });
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
}

/** A Pod that does not run yet or any more, or goes already, disrupts nothing. */
function isBeyondBudgets(pod: JsonObject): boolean {
  const phase = textAt(pod, 'status', 'phase');
  return (
    ['Pending', 'Succeeded', 'Failed'].includes(phase) || textAt(pod, 'metadata', 'deletionTimestamp') !== ''
  );
}

function budgetOf(api: Api, pod: JsonObject): JsonObject | undefined {
  const labels = objectAt(pod, 'metadata', 'labels') as Record<string, string>;
  const found = api.store
    .list(budgets, textAt(pod, 'metadata', 'namespace'))
    .map(read)
    .filter(budget => matchLabelSelector(valueAt(budget, 'spec', 'selector'), labels));
  if (found.length > 1)
    throw internal(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  return found[0];
}

/** https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy */
function isFreeToGo(pod: JsonObject, budget: JsonObject): boolean {
  if (isTrue(pod, 'Ready')) return false;
  if (textAt(budget, 'spec', 'unhealthyPodEvictionPolicy') === 'AlwaysAllow') return true;
  const at = (field: string) => numberAt(budget, 'status', field) ?? 0;
  return at('currentHealthy') >= at('desiredHealthy') && at('desiredHealthy') > 0;
}

function requireRoom(budget: JsonObject): void {
  const name = textAt(budget, 'metadata', 'name');
  const at = (field: string) => numberAt(budget, 'status', field) ?? 0;
  if (at('observedGeneration') < (numberAt(budget, 'metadata', 'generation') ?? 0))
    throw tooManyRequests(`The disruption budget ${name} is still being processed by the server.`, 10);
  if (at('disruptionsAllowed') > 0) return;
  throw tooManyRequests(
    `The disruption budget ${name} needs ${at('desiredHealthy')} healthy pods and has ${at('currentHealthy')} currently`,
  );
}

function tooManyRequests(why: string, retryAfterSeconds?: number): ApiError {
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  return new ApiError(429, 'TooManyRequests', message, {
    causes: [{ reason: 'DisruptionBudget', message: why }],
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

/** The next one must not be let go before the controller has counted this one. */
function spend(api: Api, budget: JsonObject, pod: string): void {
  const { namespace, name } = objectAt(budget, 'metadata') as { namespace: string; name: string };
  const resource = api.registry.stored(budgets)!;
  const change = (current: JsonObject) => {
    const status = childOf(current, 'status');
    status.disruptionsAllowed = Math.max(0, Number(status.disruptionsAllowed ?? 0) - 1);
    status.disruptedPods = { ...objectAt(status, 'disruptedPods'), [pod]: timestamp(api.now()) };
    return current;
  };
  const target = { resource, namespace, name, subresource: 'status' };
  changeObject(api, target, change, { ...asServer });
}

const asServer: WriteOptions = {
  manager: 'kube-apiserver',
  dryRun: false,
  fieldValidation: 'Ignore',
  warn() {},
};

/** https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions */
function markDisrupted(api: Api, target: Target, { manager }: WriteOptions): void {
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  } as const;
  const change = (pod: JsonObject) => {
    const marked = clone(pod);
    childOf(marked, 'status').conditions = withConditions(pod, [condition], timestamp(api.now()));
    return marked;
  };
  changeObject(api, { ...target, subresource: 'status' }, change, { ...asServer, manager });
}
