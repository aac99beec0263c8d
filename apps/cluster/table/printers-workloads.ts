import type { JsonObject } from '@millrace/json';
import { listAt, numberAt, objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import { age, duration } from './age.ts';
import { autoscalerTargets } from './autoscaler-targets.ts';
import { ageColumn, type Column, column, labelText, nameColumn, selectorText, wide } from './column.ts';

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

/** A column of workloads, for a Pod template that stands alone. */
function ofPodTemplate(own: Column): Column {
  return { ...own, cell: ({ template = {} }, now) => own.cell({ spec: { template } }, now) };
}

/** A column of workloads, for the Jobs that a CronJob makes. */
function ofJobTemplate(own: Column): Column {
  return { ...own, cell: (object, now) => own.cell(objectAt(object, 'spec', 'jobTemplate'), now) };
}

/** The kinds of apps, batch and autoscaling, and what the core group has of theirs. */
export const workloadPrinters: Readonly<Record<string, readonly Column[]>> = {
  'apps/controllerrevisions': [
    column('Controller', object => {
      const owner = objectsAt(object, 'metadata', 'ownerReferences').find(each => each.controller === true);
      return owner ? `${textAt(owner, 'kind').toLowerCase()}.apps/${textAt(owner, 'name')}` : '<none>';
    }),
    column('Revision', object => numberAt(object, 'revision') ?? 0),
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
    column('Up-to-date', object => numberAt(object, 'status', 'updatedReplicas') ?? 0),
    column('Available', object => numberAt(object, 'status', 'availableReplicas') ?? 0),
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
  '/podtemplates': [
    { ...ofPodTemplate(containerNames), priority: 0 },
    { ...ofPodTemplate(images), priority: 0 },
    column('Pod Labels', object => labelText(objectAt(object, 'template', 'metadata', 'labels'))),
  ],
  '/replicationcontrollers': [
    count('Desired', 'spec', 'replicas'),
    count('Current', 'status', 'replicas'),
    count('Ready', 'status', 'readyReplicas'),
    ageColumn,
    containerNames,
    images,
    wide('Selector', object => labelText(objectAt(object, 'spec', 'selector'))),
  ],
  'autoscaling/scales': [
    { ...nameColumn, format: '' },
    count('Desired', 'spec', 'replicas'),
    count('Available', 'status', 'replicas'),
    ageColumn,
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
    column('Targets', autoscalerTargets),
    column('MinPods', object => String(numberAt(object, 'spec', 'minReplicas') ?? '<unset>')),
    column('MaxPods', object => numberAt(object, 'spec', 'maxReplicas') ?? 0),
    column('Replicas', object => numberAt(object, 'status', 'currentReplicas') ?? 0),
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
    ofJobTemplate(containerNames),
    ofJobTemplate(images),
    ofJobTemplate(selector),
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
