import type { JsonObject } from '@millrace/json';
import { numberAt, objectsAt } from '../../api/tree.ts';
import type { Visit } from '../../control/work-queue.ts';
import { isTerminating } from '../world/pod-control.ts';
import type { World } from '../world/world.ts';

const storage = 'batch/jobs';

/**
 * Remove Jobs some time after they have ended, where they ask for it.
 * https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/
 */
export function removeFinishedJobs(world: World): void {
  const controller = world.as('ttl-after-finished-controller');
  world.reconcile(storage, job => remove(controller, job));
}

function remove(controller: World, job: JsonObject): Visit {
  const seconds = numberAt(job, 'spec', 'ttlSecondsAfterFinished');
  const end = objectsAt(job, 'status', 'conditions').find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  if (seconds === undefined || !end || isTerminating(job)) return undefined;
  const left = Date.parse(String(end.lastTransitionTime)) + seconds * 1000 - controller.api.now().getTime();
  if (left > 0) return left;
  controller.delete(storage, job);
  return undefined;
}
