import type { JsonObject } from '@millrace/json';
import { objectsAt, textAt } from '../../api/tree.ts';
import { type Happening, record } from '../world/recorder.ts';
import type { World } from '../world/world.ts';
import type { Failure } from './failure.ts';
import { imageProblem } from './image-name.ts';

/** What a kubelet tells of containers that start, or fail to. */
export function recordStart(kubelet: World, pod: JsonObject, failure: Failure | undefined): void {
  for (const container of objectsAt(pod, 'spec', 'containers')) {
    const tell = (what: Omit<Happening, 'fieldPath'>) =>
      record(kubelet, pod, { ...what, fieldPath: fieldPathOf(container) });
    const image = textAt(container, 'image');
    const misnamed = imageProblem(image);
    if (misnamed) {
      tell({ type: 'Warning', reason: 'InspectFailed', message: misnamed });
      tell({ type: 'Warning', reason: 'Failed', message: 'Error: InvalidImageName' });
      continue;
    }
    if (failure === 'image-pull') {
      tell({ type: 'Normal', reason: 'Pulling', message: `Pulling image "${image}"` });
      tell({
        type: 'Warning',
        reason: 'Failed',
        message: `Failed to pull image "${image}": simulated failure`,
      });
      tell({ type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull' });
      tell({ type: 'Warning', reason: 'BackOff', message: `Back-off pulling image "${image}"` });
      continue;
    }
    const name = textAt(container, 'name');
    tell({
      type: 'Normal',
      reason: 'Pulled',
      message: `Container image "${image}" already present on machine`,
    });
    tell({ type: 'Normal', reason: 'Created', message: `Created container: ${name}` });
    tell({ type: 'Normal', reason: 'Started', message: `Started container ${name}` });
    if (failure === 'crash-loop' || failure === 'fail')
      tell({ type: 'Warning', reason: 'BackOff', message: backOff(pod, name) });
    if (failure === 'never-ready' || failure === 'slow-ready')
      tell({ type: 'Warning', reason: 'Unhealthy', message: 'Readiness probe failed: simulated failure' });
  }
}

function backOff(pod: JsonObject, container: string): string {
  const at = (field: string) => textAt(pod, 'metadata', field);
  return `Back-off restarting failed container ${container} in pod ${at('name')}_${at('namespace')}(${at('uid')})`;
}

/** What a kubelet tells of containers that are asked to end. */
export function recordStop(kubelet: World, pod: JsonObject): void {
  for (const container of objectsAt(pod, 'spec', 'containers')) {
    const message = `Stopping container ${textAt(container, 'name')}`;
    record(kubelet, pod, { type: 'Normal', reason: 'Killing', message, fieldPath: fieldPathOf(container) });
  }
}

function fieldPathOf(container: JsonObject): string {
  return `spec.containers{${textAt(container, 'name')}}`;
}
