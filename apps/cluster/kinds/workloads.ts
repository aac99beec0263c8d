import { equal, type JsonObject } from '@millrace/json';
import { type FieldError, forbidden, invalid } from '@millrace/schema';
import { defaultTolerationSeconds, tolerateLostNodes } from '../admission/builtin/tolerations.ts';
import { childOf, objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import { ephemeralProblems } from './ephemeral-containers.ts';
import type { KindRules } from './kind-rules.ts';
import { podSpecProblems, podUpdateProblems } from './pod-problems.ts';
import { statefulSetProblems } from './update-strategies.ts';
import { nonNegative } from './validation/numbers.ts';
import { deploymentProblems, immutable, workloadProblems } from './workload-problems.ts';

export const podRules: KindRules = {
  prepare(pod, old, api) {
    const spec = childOf(pod, 'spec');
    if (old && !api.disabledAdmission?.has(defaultTolerationSeconds.name)) tolerateLostNodes(spec);
    // What admission has decided once stays when a client leaves it out.
    for (const field of ['priority', 'preemptionPolicy', 'serviceAccountName', 'serviceAccount']) {
      const before = valueAt(old, 'spec', field);
      if (before !== undefined) spec[field] ??= before;
    }
    if (!old) pod.status = { phase: 'Pending', qosClass: qualityOfService(spec) };
  },
  problems: (pod, old, _api, subresource) => [
    ...podSpecProblems(objectAt(pod, 'spec'), 'spec'),
    ...imageProblems(pod),
    ...ephemeralProblems(pod, old),
    ...(old ? podUpdateProblems(pod, old, subresource) : []),
  ],
};

/** Templates may have spaces around an image, Pods may not. */
function imageProblems(pod: JsonObject): FieldError[] {
  return ['initContainers', 'containers'].flatMap(list =>
    objectsAt(pod, 'spec', list).flatMap((container, i) => {
      const image = textAt(container, 'image');
      if (image.trim() === image) return [];
      return [invalid(`spec.${list}[${i}].image`, image, 'must not have leading or trailing whitespace')];
    }),
  );
}

export const deploymentRules: KindRules = {
  problems: (object, old) => [
    ...workloadProblems(object),
    ...deploymentProblems(object),
    ...immutable(object, old, 'selector'),
  ],
};

export const replicaSetRules: KindRules = {
  problems: (object, old) => [
    ...workloadProblems(object),
    ...nonNegative(valueAt(object, 'spec', 'minReadySeconds'), 'spec.minReadySeconds'),
    ...immutable(object, old, 'selector'),
  ],
};

const freeInStatefulSets = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

export const statefulSetRules: KindRules = {
  prepare(object) {
    // Behind a feature gate that is off, as on a plain Kubernetes.
    delete objectAt(object, 'spec', 'updateStrategy', 'rollingUpdate').maxUnavailable;
    for (const claim of objectsAt(object, 'spec', 'volumeClaimTemplates'))
      childOf(claim, 'status').phase ??= 'Pending';
  },
  problems(object, old) {
    const claims = objectsAt(object, 'spec', 'volumeClaimTemplates').map(claim =>
      textAt(claim, 'metadata', 'name'),
    );
    const problems = [...workloadProblems(object, claims), ...statefulSetProblems(objectAt(object, 'spec'))];
    if (old && !equal(fixedIn(object), fixedIn(old))) {
      const names = freeInStatefulSets.map(name => `'${name}'`);
      const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
      problems.push(
        forbidden('spec', `updates to statefulset spec for fields other than ${list} are forbidden`),
      );
    }
    return problems;
  },
};

function fixedIn(set: JsonObject): JsonObject {
  const spec = Object.entries(objectAt(set, 'spec'));
  return Object.fromEntries(spec.filter(([key]) => !freeInStatefulSets.includes(key)));
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
