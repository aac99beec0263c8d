import { clone, equal, type JsonObject } from '@millrace/json';
import type { Cause } from '../api/status.ts';
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../api/tree.ts';

/** What is wrong with a Pod spec at a path such as `spec.template.spec`, where users hit it. */
export function podSpecProblems(spec: JsonObject, path: string): Cause[] {
  const problems: Cause[] = [];
  if (listAt(spec, 'containers').length === 0) problems.push(required(`${path}.containers`));
  const names = new Set<string>();
  for (const key of ['initContainers', 'containers']) {
    objectsAt(spec, key).forEach((container, i) => {
      const at = `${path}.${key}[${i}]`;
      const name = textAt(container, 'name');
      if (names.has(name))
        problems.push({
          reason: 'FieldValueDuplicate',
          message: `Duplicate value: ${JSON.stringify(name)}`,
          field: `${at}.name`,
        });
      names.add(name);
      if (!textAt(container, 'image')) problems.push(required(`${at}.image`));
      problems.push(...portProblems(container, at), ...mountProblems(container, spec, at));
    });
  }
  return problems;
}

function required(field: string): Cause {
  return { reason: 'FieldValueRequired', message: 'Required value', field };
}

function portProblems(container: JsonObject, at: string): Cause[] {
  return objectsAt(container, 'ports').flatMap((port, i) => {
    const number = numberAt(port, 'containerPort') ?? 0;
    if (number >= 1 && number <= 65_535) return [];
    const message = `Invalid value: ${number}: must be between 1 and 65535, inclusive`;
    return [{ reason: 'FieldValueInvalid', message, field: `${at}.ports[${i}].containerPort` }];
  });
}

function mountProblems(container: JsonObject, spec: JsonObject, at: string): Cause[] {
  const volumes = new Set(objectsAt(spec, 'volumes').map(volume => textAt(volume, 'name')));
  return objectsAt(container, 'volumeMounts').flatMap((mount, i) => {
    const name = textAt(mount, 'name');
    if (volumes.has(name)) return [];
    return [
      {
        reason: 'FieldValueNotFound',
        message: `Not found: ${JSON.stringify(name)}`,
        field: `${at}.volumeMounts[${i}].name`,
      },
    ];
  });
}

/** The template of a workload that keeps running; `claims` are names of volumes that its Pods get besides. */
export function templateProblems(object: JsonObject, claims: readonly string[] = []): Cause[] {
  const path = 'spec.template.spec';
  const spec = objectAt(object, 'spec', 'template', 'spec');
  const volumes = [...listAt(spec, 'volumes'), ...claims.map(name => ({ name }))];
  const problems = podSpecProblems({ ...spec, volumes }, path);
  const policy = textAt(spec, 'restartPolicy');
  if (policy !== '' && policy !== 'Always') {
    const message = `Unsupported value: ${JSON.stringify(policy)}: supported values: "Always"`;
    problems.push({ reason: 'FieldValueNotSupported', message, field: `${path}.restartPolicy` });
  }
  return problems;
}

/**
 * A Pod does not change but for its images, its deadline, tolerations that are added, and the node that it is bound to.
 * https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement
 */
export function podUpdateProblems(pod: JsonObject, old: JsonObject): Cause[] {
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
    for (const key of ['containers', 'initContainers'])
      for (const container of objectsAt(spec, key)) delete container.image;
    return spec;
  };
  if (equal(rest(pod), rest(old))) return [];
  return [
    {
      reason: 'FieldValueForbidden',
      message:
        'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
      field: 'spec',
    },
  ];
}
