import type { JsonObject } from '@millrace/json';
import { listAt, numberAt, objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import { age, duration } from './age.ts';
import { ageColumn, type Column, column, selectorText, wide } from './column.ts';

const containerNames = wide('Containers', object =>
  templateContainers(object)
    .map(each => textAt(each, 'name'))
    .join(','),
);
const images = wide('Images', object =>
  templateContainers(object)
    .map(each => textAt(each, 'image'))
    .join(','),
);
const selector = wide('Selector', object => selectorText(object, 'spec', 'selector'));

/** The kinds of apps, batch and autoscaling. */
export const workloadPrinters: Readonly<Record<string, readonly Column[]>> = {
  'apps/controllerrevisions': [
    column('Controller', object => {
      const owner = objectsAt(object, 'metadata', 'ownerReferences').find(each => each.controller === true);
      return owner ? `${textAt(owner, 'kind').toLowerCase()}.apps/${textAt(owner, 'name')}` : '<none>';
    }),
    count('Revision', 'revision'),
    ageColumn,
  ],
  'apps/daemonsets': [
    count('Desired', 'status', 'desiredNumberScheduled'),
    count('Current', 'status', 'currentNumberScheduled'),
    count('Ready', 'status', 'numberReady'),
    count('Up-to-date', 'status', 'updatedNumberScheduled'),
    count('Available', 'status', 'numberAvailable'),
    column('Node Selector', object => {
      const labels = Object.entries(objectAt(object, 'spec', 'template', 'spec', 'nodeSelector'));
      return labels.map(([key, value]) => `${key}=${String(value)}`).join(',') || '<none>';
    }),
    ageColumn,
    containerNames,
    images,
    selector,
  ],
  'apps/deployments': [
    column(
      'Ready',
      object =>
        `${numberAt(object, 'status', 'readyReplicas') ?? 0}/${numberAt(object, 'spec', 'replicas') ?? 0}`,
    ),
    count('Up-to-date', 'status', 'updatedReplicas'),
    count('Available', 'status', 'availableReplicas'),
    ageColumn,
    containerNames,
    images,
    selector,
  ],
  'apps/replicasets': [
    count('Desired', 'spec', 'replicas'),
    count('Current', 'status', 'replicas'),
    count('Ready', 'status', 'readyReplicas'),
    ageColumn,
    containerNames,
    images,
    selector,
  ],
  'apps/statefulsets': [
    column(
      'Ready',
      object =>
        `${numberAt(object, 'status', 'readyReplicas') ?? 0}/${numberAt(object, 'spec', 'replicas') ?? 0}`,
    ),
    ageColumn,
    containerNames,
    images,
  ],
  'autoscaling/horizontalpodautoscalers': [
    column(
      'Reference',
      object =>
        `${textAt(object, 'spec', 'scaleTargetRef', 'kind')}/${textAt(object, 'spec', 'scaleTargetRef', 'name')}`,
    ),
    column('Targets', targets),
    column('MinPods', object => String(numberAt(object, 'spec', 'minReplicas') ?? '<unset>')),
    count('MaxPods', 'spec', 'maxReplicas'),
    count('Replicas', 'status', 'currentReplicas'),
    ageColumn,
  ],
  'batch/cronjobs': [
    column('Schedule', object => textAt(object, 'spec', 'schedule')),
    column('Timezone', object => textAt(object, 'spec', 'timeZone') || '<none>'),
    column('Suspend', object => (valueAt(object, 'spec', 'suspend') === true ? 'True' : 'False'), 'boolean'),
    column('Active', object => listAt(object, 'status', 'active').length, 'integer'),
    column('Last Schedule', (object, now) => {
      const last = textAt(object, 'status', 'lastScheduleTime');
      return last ? age(last, now) : '<none>';
    }),
    ageColumn,
  ],
  'batch/jobs': [
    column('Status', jobStatus),
    column(
      'Completions',
      object =>
        `${numberAt(object, 'status', 'succeeded') ?? 0}/${numberAt(object, 'spec', 'completions') ?? 1}`,
    ),
    column('Duration', jobDuration),
    ageColumn,
    containerNames,
    images,
    selector,
  ],
};

function count(name: string, ...path: string[]): Column {
  return column(name, object => numberAt(object, ...path) ?? 0, 'integer');
}

function templateContainers(object: JsonObject): JsonObject[] {
  return objectsAt(object, 'spec', 'template', 'spec', 'containers');
}

function targets(object: JsonObject): string {
  const metrics = objectsAt(object, 'spec', 'metrics').map(metric => {
    const name = textAt(metric, 'resource', 'name') || textAt(metric, 'type').toLowerCase();
    const wanted = numberAt(metric, 'resource', 'target', 'averageUtilization');
    return `${name}: <unknown>${wanted === undefined ? '' : `/${wanted}%`}`;
  });
  return metrics.join(', ') || '<unknown>';
}

function jobStatus(job: JsonObject): string {
  const holds = (type: string) =>
    objectsAt(job, 'status', 'conditions').some(each => each.type === type && each.status === 'True');
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (textAt(job, 'metadata', 'deletionTimestamp')) return 'Terminating';
  return holds('Suspended') ? 'Suspended' : 'Running';
}

function jobDuration(job: JsonObject, now: Date): string {
  const start = Date.parse(textAt(job, 'status', 'startTime'));
  if (Number.isNaN(start)) return '';
  const end = Date.parse(textAt(job, 'status', 'completionTime')) || now.getTime();
  return duration(Math.max(0, Math.floor((end - start) / 1000)));
}
