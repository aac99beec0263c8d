import { clone, equal, type Json, type JsonObject } from '@millrace/json';
import { type FieldError, invalid, notSupported, required, tooLong } from '@millrace/schema';
import { inOrder } from '../api/go-print.ts';
import { dnsLabelProblem } from '../api/names.ts';
import { childOf, numberAt, objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import { failurePolicyProblems, printedPolicy, successPolicyProblems } from './job-policies.ts';
import type { KindRules } from './kind-rules.ts';
import { podSpecProblems } from './pod-problems.ts';
import { labelProblems, subdomain } from './validation/names.ts';
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
    // A Job without labels has those of the template, one map for both: what is generated is in it then.
    Object.assign(labels, generated);
    childOf(object, 'metadata').labels ??= labels;
    spec.selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
  },
  problems(object, old) {
    const spec = objectAt(object, 'spec');
    const problems = [...nameProblems(object, old), ...jobSpecProblems(spec, 'spec')];
    if (!old?.spec) return problems;
    problems.push(...completionsProblems(object, old), ...immutable(object, old, 'selector'));
    problems.push(...templateProblems(object, old), ...immutable(object, old, 'completionMode'));
    problems.push(...fixedPolicy(object, old, 'podFailurePolicy'));
    for (const field of ['backoffLimitPerIndex', 'managedBy'])
      problems.push(...immutable(object, old, field));
    problems.push(...fixedPolicy(object, old, 'successPolicy'));
    return problems;
  },
};

/** Pods of an indexed Job are named by it and their index, and their names are host names. */
function nameProblems(job: JsonObject, old: JsonObject | undefined): FieldError[] {
  const spec = objectAt(job, 'spec');
  if (old || spec.completionMode !== 'Indexed') return [];
  const name = textAt(job, 'metadata', 'name');
  const host = `${name}-${Math.max(0, (numberAt(spec, 'completions') ?? 0) - 1)}`;
  if (dnsLabelProblem(host) === undefined) return [];
  return [invalid('metadata.name', name, `will not able to create pod with invalid DNS label: ${host}`)];
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#elastic-indexed-jobs */
function completionsProblems(job: JsonObject, old: JsonObject): FieldError[] {
  const { completions, parallelism, completionMode } = objectAt(job, 'spec');
  if (completionMode !== 'Indexed') return immutable(job, old, 'completions');
  if (completions === valueAt(old, 'spec', 'completions') || completions === parallelism) return [];
  return [
    invalid('spec.completions', completions ?? null, 'can only be modified in tandem with spec.parallelism'),
  ];
}

/**
 * The template of a Job that rests may still be told where its Pods are to run and with how much.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#mutable-scheduling-directives
 */
function templateProblems(job: JsonObject, old: JsonObject): FieldError[] {
  if (valueAt(old, 'spec', 'suspend') !== true) return immutable(job, old, 'template');
  const [now, before] = [fixedIn(job), fixedIn(old)];
  if (equal(now, before)) return [];
  const spec = objectAt(job, 'spec', 'template', 'spec');
  return [invalid('spec.template.spec', inOrder(spec), 'field is immutable')];
}

const directives = ['nodeSelector', 'tolerations', 'schedulingGates'];

function fixedIn(job: JsonObject): JsonObject {
  const spec = clone(objectAt(job, 'spec', 'template', 'spec'));
  for (const field of directives) delete spec[field];
  delete objectAt(spec, 'affinity').nodeAffinity;
  if (Object.keys(objectAt(spec, 'affinity')).length === 0) delete spec.affinity;
  for (const list of ['containers', 'initContainers'])
    for (const container of objectsAt(spec, list)) delete container.resources;
  return spec;
}

function fixedPolicy(job: JsonObject, old: JsonObject, field: string): FieldError[] {
  const policy = valueAt(job, 'spec', field);
  if (equal(policy, valueAt(old, 'spec', field))) return [];
  const printed = policy === undefined ? null : printedPolicy(field, policy);
  return [invalid(`spec.${field}`, printed, 'field is immutable')];
}

const jobPolicies = ['OnFailure', 'Never'];

/** What is wrong with the spec of a Job or of a CronJob's template. */
export function jobSpecProblems(spec: JsonObject, path: string): FieldError[] {
  const counts = [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ];
  const problems = counts.flatMap(count => nonNegative(spec[count], `${path}.${count}`));
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    problems.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  problems.push(...managerProblems(spec.managedBy, `${path}.managedBy`));
  problems.push(...indexProblems(spec, path), ...failurePolicyProblems(spec, path));
  problems.push(...replacementProblems(spec, path));
  const pod = objectAt(spec, 'template', 'spec');
  const policy = textAt(pod, 'restartPolicy');
  const labels = objectAt(spec, 'template', 'metadata', 'labels');
  problems.push(...labelProblems(labels, `${path}.template.labels`));
  problems.push(...podSpecProblems(pod, `${path}.template.spec`));
  // A template that says nothing has the default, which is Always.
  if (policy === '' || policy === 'Always')
    problems.push(required(`${path}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"'));
  else if (!jobPolicies.includes(policy))
    problems.push(notSupported(`${path}.template.spec.restartPolicy`, policy, jobPolicies));
  return problems;
}

const longestManager = 63;

/** Who looks after a Job instead of the Job controller, such as `kueue.x-k8s.io/multikueue`. */
function managerProblems(manager: Json | undefined, at: string): FieldError[] {
  if (manager === undefined) return [];
  if (manager === '') return [required(at)];
  const [domain = '', ...rest] = String(manager).split('/');
  const problems: FieldError[] = [];
  if (domain === '' || rest.join('/') === '')
    problems.push(invalid(at, manager, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  else problems.push(...subdomain(domain, at));
  if (String(manager).length > longestManager) problems.push(tooLong(at, longestManager));
  return problems;
}

const replacements = ['Failed', 'TerminatingOrFailed'];

function replacementProblems({ podReplacementPolicy: policy, podFailurePolicy }: JsonObject, path: string) {
  if (policy === undefined) return [];
  const supported = podFailurePolicy === undefined ? replacements : ['Failed'];
  return supported.includes(String(policy))
    ? []
    : [notSupported(`${path}.podReplacementPolicy`, policy, supported)];
}

const completionModes = ['NonIndexed', 'Indexed'];
/** More Pods at a time, or more indexes whose failures are counted each by itself, would be too much for a status. */
const most = 100_000;

/** https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode */
function indexProblems(spec: JsonObject, path: string): FieldError[] {
  const mode = textAt(spec, 'completionMode') || 'NonIndexed';
  if (!completionModes.includes(mode)) return [notSupported(`${path}.completionMode`, mode, completionModes)];
  if (mode === 'Indexed') return indexedProblems(spec, path);
  return ['backoffLimitPerIndex', 'maxFailedIndexes', 'successPolicy']
    .filter(field => spec[field] !== undefined)
    .map(field => {
      const value = spec[field]!;
      const printed = field === 'successPolicy' ? printedPolicy(field, value) : value;
      return invalid(`${path}.${field}`, printed, 'requires indexed completion mode');
    });
}

function indexedProblems(spec: JsonObject, path: string): FieldError[] {
  const { completions, parallelism, maxFailedIndexes, backoffLimitPerIndex } = spec;
  const problems: FieldError[] = [];
  if (completions === undefined)
    problems.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  if (Number(parallelism ?? 0) > most) {
    const why = `must be less than or equal to ${most} when completion mode is Indexed`;
    problems.push(invalid(`${path}.parallelism`, parallelism!, why));
  }
  if (Number(maxFailedIndexes ?? 0) > Number(completions ?? 0))
    problems.push(
      invalid(`${path}.maxFailedIndexes`, maxFailedIndexes!, 'must be less than or equal to completions'),
    );
  if (backoffLimitPerIndex !== undefined && Number(completions ?? 0) > most && maxFailedIndexes === undefined)
    problems.push(
      required(`${path}.maxFailedIndexes`, `must be specified when completions is above ${most}`),
    );
  return [...problems, ...successPolicyProblems(spec, path)];
}
