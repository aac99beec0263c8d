import { clone, equal, type JsonObject } from '@millrace/json';
import { type FieldError, forbidden, invalid, notSupported } from '@millrace/schema';
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../api/tree.ts';
import { addressProblems } from './validation/addresses.ts';
import { oneOf } from './validation/choices.ts';
import { containerProblems, userProblems } from './validation/containers.ts';
import { joined } from './validation/joined.ts';
import { labelProblems, subdomain } from './validation/names.ts';
import { within } from './validation/numbers.ts';
import { affinityProblems, spreadProblems, tolerationProblems } from './validation/scheduling.ts';
import { lookAtVolumes } from './validation/volumes.ts';

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

/**
 * What is wrong with a Pod spec at a path such as `spec.template.spec`, in the order in which upstream looks; `claims`
 * are names of volumes that the Pods get besides.
 */
export function podSpecProblems(
  spec: JsonObject,
  path: string,
  claims: readonly string[] = [],
): FieldError[] {
  const { problems, sound } = lookAtVolumes(spec, path, claims.length);
  const [account, priority] = [textAt(spec, 'serviceAccountName'), textAt(spec, 'priorityClassName')];
  return joined(
    problems,
    containerProblems(spec, path, new Set([...sound, ...claims])),
    oneOf(spec, path, 'restartPolicy', restartPolicies),
    oneOf(spec, path, 'dnsPolicy', dnsPolicies),
    labelProblems(objectAt(spec, 'nodeSelector'), `${path}.nodeSelector`),
    userProblems(objectAt(spec, 'securityContext'), `${path}.securityContext`),
    affinityProblems(spec, path),
    nameServerProblems(spec, path),
    spreadProblems(spec, path),
    account ? subdomain(account, `${path}.serviceAccountName`) : [],
    priority ? subdomain(priority, `${path}.priorityClassName`) : [],
    within(spec.activeDeadlineSeconds, 1, 2 ** 31 - 1, `${path}.activeDeadlineSeconds`),
    tolerationProblems(spec, path),
    aliasProblems(spec, path),
  );
}

function nameServerProblems(spec: JsonObject, path: string): FieldError[] {
  return listAt(spec, 'dnsConfig', 'nameservers').flatMap((address, i) =>
    addressProblems(String(address), `${path}.dnsConfig.nameservers[${i}]`),
  );
}

function aliasProblems(spec: JsonObject, path: string): FieldError[] {
  return objectsAt(spec, 'hostAliases').flatMap((alias, i) =>
    addressProblems(textAt(alias, 'ip'), `${path}.hostAliases[${i}].ip`),
  );
}

/** The template of a workload that keeps running. */
export function templateProblems(object: JsonObject, claims: readonly string[] = []): FieldError[] {
  const path = 'spec.template.spec';
  const template = objectAt(object, 'spec', 'template');
  const spec = objectAt(template, 'spec');
  const problems = joined(
    labelProblems(objectAt(template, 'metadata', 'labels'), 'spec.template.labels'),
    podSpecProblems(spec, path, claims),
  );
  const policy = textAt(spec, 'restartPolicy');
  if (policy !== '' && policy !== 'Always')
    problems.push(notSupported(`${path}.restartPolicy`, policy, ['Always']));
  if (spec.activeDeadlineSeconds !== undefined) {
    const kind = object.kind === 'DaemonSet' ? 'DaemonSet' : 'ReplicaSet';
    const why = `activeDeadlineSeconds in ${kind} is not Supported`;
    problems.push(forbidden(`${path}.activeDeadlineSeconds`, why));
  }
  return problems;
}

/**
 * A Pod does not change but for its images, its deadline, tolerations that are added, and the node that it is bound to.
 * https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement
 */
export function podUpdateProblems(pod: JsonObject, old: JsonObject, subresource: string): FieldError[] {
  const rest = (object: JsonObject) => {
    const spec = clone(objectAt(object, 'spec'));
    for (const key of [
      'activeDeadlineSeconds',
      'tolerations',
      'terminationGracePeriodSeconds',
      'schedulingGates',
    ])
      delete spec[key];
    if (!textAt(old, 'spec', 'nodeName')) delete spec.nodeName;
    if (subresource === 'ephemeralcontainers') delete spec.ephemeralContainers;
    for (const key of ['containers', 'initContainers'])
      for (const container of objectsAt(spec, key)) delete container.image;
    return spec;
  };
  const problems = changeableProblems(objectAt(pod, 'spec'), objectAt(old, 'spec'));
  if (equal(rest(pod), rest(old))) return problems;
  return [
    ...problems,
    {
      reason: 'FieldValueForbidden',
      message:
        'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
      field: 'spec',
    },
  ];
}

/** What may change in a direction only: deadlines come nearer, tolerations are added, gates are taken away. */
function changeableProblems(spec: JsonObject, old: JsonObject): FieldError[] {
  const problems: FieldError[] = [];
  const [deadline, before] = [
    numberAt(spec, 'activeDeadlineSeconds'),
    numberAt(old, 'activeDeadlineSeconds'),
  ];
  const at = 'spec.activeDeadlineSeconds';
  if (before !== undefined && deadline === undefined)
    problems.push(invalid(at, null, 'must not update from a positive integer to nil value'));
  else if (before !== undefined && deadline !== undefined && deadline > before)
    problems.push(invalid(at, deadline, 'must be less than or equal to previous value'));
  const kept = new Set(objectsAt(spec, 'tolerations').map(tolerationKey));
  if (objectsAt(old, 'tolerations').some(toleration => !kept.has(tolerationKey(toleration))))
    problems.push(
      forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'),
    );
  const gates = new Set(objectsAt(old, 'schedulingGates').map(gate => textAt(gate, 'name')));
  objectsAt(spec, 'schedulingGates').forEach((gate, i) => {
    const name = textAt(gate, 'name');
    if (gates.has(name)) return;
    const why = `only deletion is allowed, but found new scheduling gate '${name}'`;
    problems.push(forbidden(`spec.schedulingGates[${i}].name`, why));
  });
  return problems;
}

/** A toleration, but for how long it lasts. */
function tolerationKey(toleration: JsonObject): string {
  return JSON.stringify(['key', 'operator', 'value', 'effect'].map(field => toleration[field] ?? ''));
}
