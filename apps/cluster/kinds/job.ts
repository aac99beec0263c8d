import type { JsonObject } from '@millrace/json';
import { type FieldError, invalid, notSupported, required } from '@millrace/schema';
import { childOf, objectAt, textAt, valueAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';
import { podSpecProblems } from './pod-problems.ts';
import { nonNegative } from './validation/numbers.ts';
import { immutable } from './workload-problems.ts';

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/ */
export const jobRules: KindRules = {
  prepare(object, old) {
    const spec = childOf(object, 'spec');
    if (old || spec.manualSelector === true) return;
    // A Job tells its Pods by a label that carries its own uid.
    const uid = textAt(object, 'metadata', 'uid');
    const name = textAt(object, 'metadata', 'name');
    const generated = {
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': name,
      'controller-uid': uid,
      'job-name': name,
    };
    const labels = childOf(childOf(childOf(spec, 'template'), 'metadata'), 'labels');
    Object.assign(labels, generated);
    // The labels of the template are the Job's own where it has none; these come with them.
    const own = childOf(objectAt(object, 'metadata'), 'labels');
    if (Object.keys(own).every(key => own[key] === labels[key])) Object.assign(own, generated);
    spec.selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
  },
  problems(object, old) {
    const problems = jobSpecProblems(objectAt(object, 'spec'), 'spec');
    problems.push(...immutable(object, old, 'selector'));
    if (valueAt(old, 'spec', 'completionMode') !== 'Indexed')
      problems.push(...immutable(object, old, 'completions'));
    if (old?.spec !== undefined && valueAt(old, 'spec', 'suspend') !== true)
      problems.push(...immutable(object, old, 'template'));
    return problems;
  },
};

const jobPolicies = ['OnFailure', 'Never'];

/** What is wrong with the spec of a Job or of a CronJob's template. */
export function jobSpecProblems(spec: JsonObject, path: string): FieldError[] {
  const counts = [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
  ];
  const problems = counts.flatMap(count => nonNegative(spec[count], `${path}.${count}`));
  const pod = objectAt(spec, 'template', 'spec');
  const policy = textAt(pod, 'restartPolicy');
  problems.push(...podSpecProblems(pod, `${path}.template.spec`));
  if (policy === '')
    problems.push(required(`${path}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"'));
  else if (!jobPolicies.includes(policy))
    problems.push(notSupported(`${path}.template.spec.restartPolicy`, policy, jobPolicies));
  problems.push(...indexProblems(spec, path));
  return problems;
}

const completionModes = ['NonIndexed', 'Indexed'];

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode */
function indexProblems(spec: JsonObject, path: string): FieldError[] {
  const mode = textAt(spec, 'completionMode') || 'NonIndexed';
  if (!completionModes.includes(mode)) return [notSupported(`${path}.completionMode`, mode, completionModes)];
  if (mode === 'Indexed')
    return spec.completions === undefined
      ? [required(`${path}.completions`, 'when completion mode is Indexed')]
      : [];
  return ['backoffLimitPerIndex', 'maxFailedIndexes', 'successPolicy']
    .filter(field => spec[field] !== undefined)
    .map(field => invalid(`${path}.${field}`, spec[field]!, 'requires indexed completion mode'));
}
