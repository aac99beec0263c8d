import type { JsonObject } from '@millrace/json';
import { type FieldError, invalid, notSupported, required } from '@millrace/schema';
import { qualifiedNameProblems } from '../../api/label-names.ts';
import { listAt, numberAt, objectAt, objectsAt, textAt, valueAt } from '../../api/tree.ts';
import { labelSelectorProblems, nodeSelectorTermProblems } from './selectors.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const operators = ['Equal', 'Exists'];

export function tolerationProblems(spec: JsonObject, path: string): FieldError[] {
  return objectsAt(spec, 'tolerations').flatMap((toleration, i) => {
    const at = `${path}.tolerations[${i}]`;
    const [key, operator, effect] = [
      textAt(toleration, 'key'),
      textAt(toleration, 'operator'),
      textAt(toleration, 'effect'),
    ];
    const problems: FieldError[] = [];
    if (key) problems.push(...(qualifiedNameProblems(key, `${at}.key`) as FieldError[]));
    if (key === '' && operator !== 'Exists')
      problems.push(
        invalid(
          `${at}.operator`,
          operator,
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    if (toleration.tolerationSeconds !== undefined && effect !== 'NoExecute')
      problems.push(
        invalid(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"),
      );
    if (operator === 'Exists' && textAt(toleration, 'value'))
      problems.push(
        invalid(
          `${at}.operator`,
          textAt(toleration, 'value'),
          "value must be empty when `operator` is 'Exists'",
        ),
      );
    else if (operator && !operators.includes(operator))
      problems.push(notSupported(`${at}.operator`, operator, operators));
    if (effect && !effects.includes(effect)) problems.push(notSupported(`${at}.effect`, effect, effects));
    return problems;
  });
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#affinity-and-anti-affinity */
export function affinityProblems(spec: JsonObject, path: string): FieldError[] {
  const affinity = objectAt(spec, 'affinity');
  const at = `${path}.affinity`;
  const wanted = ['nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'];
  const problems: FieldError[] = [];
  if (
    valueAt(affinity, ...wanted) !== undefined &&
    listAt(affinity, ...wanted, 'nodeSelectorTerms').length === 0
  ) {
    problems.push(
      required(`${at}.${wanted.join('.')}.nodeSelectorTerms`, 'must have at least one node selector term'),
    );
  }
  objectsAt(affinity, ...wanted, 'nodeSelectorTerms').forEach((term, i) => {
    problems.push(...nodeSelectorTermProblems(term, `${at}.${wanted.join('.')}.nodeSelectorTerms[${i}]`));
  });
  objectsAt(affinity, 'nodeAffinity', 'preferredDuringSchedulingIgnoredDuringExecution').forEach(
    (preferred, i) => {
      const here = `${at}.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[${i}]`;
      const weight = numberAt(preferred, 'weight') ?? 0;
      if (weight < 1 || weight > 100)
        problems.push(invalid(`${here}.weight`, weight, 'must be in the range 1-100'));
      problems.push(...nodeSelectorTermProblems(objectAt(preferred, 'preference'), `${here}.preference`));
    },
  );
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const must = 'requiredDuringSchedulingIgnoredDuringExecution';
    objectsAt(affinity, kind, must).forEach((term, i) => {
      problems.push(...podTermProblems(term, `${at}.${kind}.${must}[${i}]`));
    });
    const may = 'preferredDuringSchedulingIgnoredDuringExecution';
    objectsAt(affinity, kind, may).forEach((weighted, i) => {
      const here = `${at}.${kind}.${may}[${i}]`;
      const weight = numberAt(weighted, 'weight') ?? 0;
      if (weight < 1 || weight > 100)
        problems.push(invalid(`${here}.weight`, weight, 'must be in the range 1-100'));
      problems.push(...podTermProblems(objectAt(weighted, 'podAffinityTerm'), `${here}.podAffinityTerm`));
    });
  }
  return problems;
}

function podTermProblems(term: JsonObject, at: string): FieldError[] {
  return [
    ...labelSelectorProblems(objectAt(term, 'labelSelector'), `${at}.labelSelector`),
    ...labelSelectorProblems(objectAt(term, 'namespaceSelector'), `${at}.namespaceSelector`),
    ...topologyKeyProblems(term, at),
  ];
}

function topologyKeyProblems(term: JsonObject, at: string): FieldError[] {
  const key = textAt(term, 'topologyKey');
  const bad = qualifiedNameProblems(key, `${at}.topologyKey`) as FieldError[];
  return key === '' ? [required(`${at}.topologyKey`, 'can not be empty'), ...bad] : bad;
}

const choices = ['DoNotSchedule', 'ScheduleAnyway'];

export function spreadProblems(spec: JsonObject, path: string): FieldError[] {
  return objectsAt(spec, 'topologySpreadConstraints').flatMap((constraint, i) => {
    const at = `${path}.topologySpreadConstraints[${i}]`;
    const problems: FieldError[] = [];
    const skew = numberAt(constraint, 'maxSkew') ?? 0;
    if (skew <= 0) problems.push(invalid(`${at}.maxSkew`, skew, 'must be greater than zero'));
    if (textAt(constraint, 'topologyKey') === '')
      problems.push(required(`${at}.topologyKey`, 'can not be empty'));
    const choice = textAt(constraint, 'whenUnsatisfiable');
    if (!choices.includes(choice)) problems.push(notSupported(`${at}.whenUnsatisfiable`, choice, choices));
    return problems;
  });
}
