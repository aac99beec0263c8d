import type { JsonObject } from '@millrace/json';
import { type FieldError, invalid, required } from '@millrace/schema';
import { subdomainProblem, typeLabelProblem } from '../api/names.ts';
import { numberAt, objectAt, textAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';
import { calledPortProblems } from './validation/numbers.ts';

/** https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/apiserver-aggregation/ */
export const apiServiceRules: KindRules = {
  problems(object) {
    const spec = objectAt(object, 'spec');
    const [name, group, version] = [
      textAt(object, 'metadata', 'name'),
      textAt(spec, 'group'),
      textAt(spec, 'version'),
    ];
    const wanted = `${version}.${group}`;
    return [
      ...(name === wanted
        ? []
        : [
            invalid(
              'metadata.name',
              name,
              `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`,
            ),
          ]),
      ...groupProblems(group, version),
      ...versionProblems(version),
      ...priorityProblems(spec, 'groupPriorityMinimum', 20_000),
      ...priorityProblems(spec, 'versionPriority', 1000),
      ...serviceProblems(spec),
    ];
  },
};

function groupProblems(group: string, version: string): FieldError[] {
  if (group === '')
    return version === 'v1'
      ? []
      : [required('spec.group', 'only v1 may have an empty group and it better be legacy kube')];
  const why = subdomainProblem(group);
  return why === undefined ? [] : [invalid('spec.group', group, why)];
}

function versionProblems(version: string): FieldError[] {
  const why = typeLabelProblem(version);
  return why === undefined ? [] : [invalid('spec.version', version, why)];
}

function priorityProblems(spec: JsonObject, field: string, limit: number): FieldError[] {
  const priority = numberAt(spec, field) ?? 0;
  if (priority > 0 && priority <= limit) return [];
  return [invalid(`spec.${field}`, priority, `must be positive and less than ${limit}`)];
}

function serviceProblems(spec: JsonObject): FieldError[] {
  if (spec.service === undefined || spec.service === null) return [];
  const service = objectAt(spec, 'service');
  const at = 'spec.service';
  const missing = ['namespace', 'name'].filter(field => textAt(service, field) === '');
  return [
    ...missing.map(field => required(`${at}.${field}`)),
    ...calledPortProblems(service.port, `${at}.port`),
  ];
}
