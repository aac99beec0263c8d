import { equal, type JsonObject } from '@millrace/json';
import { type Labels, matchLabelSelector } from '../api/label-selector.ts';
import type { Cause } from '../api/status.ts';
import { childOf, objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';
import { defaultPodSpec, fill } from './pod-defaults.ts';
import { podSpecProblems, podUpdateProblems, templateProblems } from './pod-problems.ts';

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/ for the defaults of each kind. */
export const podRules: KindRules = {
  prepare(pod, old) {
    const spec = childOf(pod, 'spec');
    defaultPodSpec(spec);
    fill(spec, { enableServiceLinks: true, preemptionPolicy: 'PreemptLowerPriority', priority: 0 });
    fill(spec, { serviceAccountName: 'default', serviceAccount: 'default' });
    if (!old) pod.status = { phase: 'Pending', qosClass: qualityOfService(spec) };
  },
  problems: (pod, old) => [
    ...podSpecProblems(objectAt(pod, 'spec'), 'spec'),
    ...(old ? podUpdateProblems(pod, old) : []),
  ],
};

export const deploymentRules: KindRules = {
  prepare(object) {
    const spec = childOf(object, 'spec');
    fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
    const strategy = childOf(spec, 'strategy');
    fill(strategy, { type: 'RollingUpdate' });
    if (strategy.type === 'RollingUpdate')
      fill(childOf(strategy, 'rollingUpdate'), { maxUnavailable: '25%', maxSurge: '25%' });
    defaultTemplate(spec);
  },
  problems: (object, old) => [
    ...templateProblems(object),
    ...selectorProblems(object),
    ...immutable(object, old, 'selector'),
  ],
  initialStatus: {},
};

export const replicaSetRules: KindRules = {
  prepare(object) {
    const spec = childOf(object, 'spec');
    fill(spec, { replicas: 1 });
    defaultTemplate(spec);
  },
  problems: (object, old) => [
    ...templateProblems(object),
    ...selectorProblems(object),
    ...immutable(object, old, 'selector'),
  ],
  initialStatus: { replicas: 0 },
};

export const statefulSetRules: KindRules = {
  prepare(object) {
    const spec = childOf(object, 'spec');
    fill(spec, { replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: 'OrderedReady' });
    const strategy = childOf(spec, 'updateStrategy');
    fill(strategy, { type: 'RollingUpdate' });
    if (strategy.type === 'RollingUpdate') fill(childOf(strategy, 'rollingUpdate'), { partition: 0 });
    fill(childOf(spec, 'persistentVolumeClaimRetentionPolicy'), {
      whenDeleted: 'Retain',
      whenScaled: 'Retain',
    });
    defaultTemplate(spec);
    for (const claim of objectsAt(spec, 'volumeClaimTemplates')) {
      fill(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
      fill(childOf(claim, 'spec'), { volumeMode: 'Filesystem' });
      fill(claim, { status: { phase: 'Pending' } });
    }
  },
  problems(object, old) {
    const free = [
      'replicas',
      'ordinals',
      'template',
      'updateStrategy',
      'revisionHistoryLimit',
      'persistentVolumeClaimRetentionPolicy',
      'minReadySeconds',
    ];
    const rest = (tree: JsonObject) =>
      Object.fromEntries(Object.entries(objectAt(tree, 'spec')).filter(([key]) => !free.includes(key)));
    const claims = objectsAt(object, 'spec', 'volumeClaimTemplates').map(claim =>
      textAt(claim, 'metadata', 'name'),
    );
    const problems = [...templateProblems(object, claims), ...selectorProblems(object)];
    if (old && !equal(rest(object), rest(old))) {
      problems.push({
        reason: 'FieldValueForbidden',
        message: `Forbidden: updates to statefulset spec for fields other than ${free
          .slice(0, -1)
          .map(name => `'${name}'`)
          .join(', ')} and '${free.at(-1)}' are forbidden`,
        field: 'spec',
      });
    }
    return problems;
  },
  initialStatus: { replicas: 0, availableReplicas: 0 },
};

export const daemonSetRules: KindRules = {
  prepare(object) {
    const spec = childOf(object, 'spec');
    fill(spec, { revisionHistoryLimit: 10 });
    const strategy = childOf(spec, 'updateStrategy');
    fill(strategy, { type: 'RollingUpdate' });
    if (strategy.type === 'RollingUpdate')
      fill(childOf(strategy, 'rollingUpdate'), { maxUnavailable: 1, maxSurge: 0 });
    defaultTemplate(spec);
  },
  problems: (object, old) => [
    ...templateProblems(object),
    ...selectorProblems(object),
    ...immutable(object, old, 'selector'),
  ],
  initialStatus: {
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    desiredNumberScheduled: 0,
    numberReady: 0,
  },
};

export const jobRules: KindRules = {
  prepare(object, old) {
    const spec = childOf(object, 'spec');
    defaultJobSpec(spec);
    if (old || spec.manualSelector === true) return;
    // A Job tells its Pods by a label that carries its own uid.
    const uid = textAt(object, 'metadata', 'uid');
    const name = textAt(object, 'metadata', 'name');
    const labels = childOf(childOf(childOf(spec, 'template'), 'metadata'), 'labels');
    Object.assign(labels, {
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': name,
      'controller-uid': uid,
      'job-name': name,
    });
    spec.selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
  },
  problems(object, old) {
    const policy = textAt(object, 'spec', 'template', 'spec', 'restartPolicy');
    const template = podSpecProblems(objectAt(object, 'spec', 'template', 'spec'), 'spec.template.spec');
    const problems: Cause[] = [...template, ...immutable(object, old, 'selector')];
    if (policy !== 'OnFailure' && policy !== 'Never') {
      problems.push({
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: ${JSON.stringify(policy)}: supported values: "OnFailure", "Never"`,
        field: 'spec.template.spec.restartPolicy',
      });
    }
    if (old?.spec !== undefined && valueAt(old, 'spec', 'suspend') !== true)
      problems.push(...immutable(object, old, 'template'));
    return problems;
  },
  initialStatus: {},
};

export const cronJobRules: KindRules = {
  prepare(object) {
    const spec = childOf(object, 'spec');
    fill(spec, {
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    defaultTemplate(childOf(childOf(spec, 'jobTemplate'), 'spec'));
  },
  initialStatus: {},
};

function defaultJobSpec(spec: JsonObject): void {
  fill(spec, {
    completions: 1,
    parallelism: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: 'TerminatingOrFailed',
  });
  defaultTemplate(spec);
}

function defaultTemplate(spec: JsonObject): void {
  const template = childOf(spec, 'template');
  childOf(template, 'metadata');
  defaultPodSpec(childOf(template, 'spec'));
}

function selectorProblems(object: JsonObject): Cause[] {
  const selector = valueAt(object, 'spec', 'selector');
  if (selector === undefined) return [];
  const labels = objectAt(object, 'spec', 'template', 'metadata', 'labels');
  if (matchLabelSelector(selector, labels as Labels)) return [];
  return [
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``,
      field: 'spec.template.metadata.labels',
    },
  ];
}

function immutable(object: JsonObject, old: JsonObject | undefined, field: string): Cause[] {
  const [now, before] = [valueAt(object, 'spec', field), valueAt(old, 'spec', field)];
  if (!old || equal(now, before)) return [];
  return [
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(now)}: field is immutable`,
      field: `spec.${field}`,
    },
  ];
}

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/ */
function qualityOfService(spec: JsonObject): string {
  const containers = [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')];
  const amounts = (kind: string) => containers.map(container => objectAt(container, 'resources', kind));
  const none = [...amounts('requests'), ...amounts('limits')].every(
    each => each.cpu === undefined && each.memory === undefined,
  );
  if (none) return 'BestEffort';
  const guaranteed = containers.every(container => {
    const [limits, requests] = [
      objectAt(container, 'resources', 'limits'),
      objectAt(container, 'resources', 'requests'),
    ];
    return ['cpu', 'memory'].every(
      name => limits[name] !== undefined && (requests[name] ?? limits[name]) === limits[name],
    );
  });
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
