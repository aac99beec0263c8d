import type { Ended, Operation, Operations, Visit } from '@millrace/controller';
import type { JsonObject } from '@millrace/json';

/**
 * How an operation ended. Where somebody has asked again since it was begun, what it found is offered, and it is begun
 * anew: neither does a request restart what is under way, nor is one lost.
 * @param offered what to show of the result meanwhile
 */
export function outcomeFor<R>(
  operations: Operations<R>,
  key: string,
  operation: Operation<R>,
  visit: Visit,
  offered: (value: R) => { doing: string; status: JsonObject },
): Ended<R>['result'] {
  const ended = operations.outcome(key, operation, doing => visit.progress(doing));
  if (ended.request === operation.request || 'error' in ended.result) return ended.result;
  const { doing, status } = offered(ended.result.value);
  visit.progress(doing, status);
  return operations.outcome(key, operation, () => {}).result; // it throws Parked
}
