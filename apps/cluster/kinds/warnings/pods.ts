import type { JsonObject } from '@millrace/json';
import { listAt, numberAt, objectAt, objectsAt, textAt, valueAt } from '../../api/tree.ts';
import { addressWarnings } from './addresses.ts';
import { fractionWarnings } from './amounts.ts';
import { containerWarnings, placedContainers, portWarnings, profileWarnings } from './containers.ts';
import { matchesNothing, nodeChoiceWarnings } from './node-labels.ts';
import { volumeWarnings } from './volumes.ts';

/** Annotations without an effect by now. */
const idle: readonly (readonly [annotation: string, why: string])[] = [
  [
    'scheduler.alpha.kubernetes.io/critical-pod',
    'non-functional in v1.16+; use the "priorityClassName" field instead',
  ],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  [
    'security.alpha.kubernetes.io/unsafe-sysctls',
    'non-functional in v1.11+; use the "sysctls" field instead',
  ],
];
const seccomp = 'seccomp.security.alpha.kubernetes.io/pod';

/**
 * What the API server takes and yet warns of in a Pod, or in a template of Pods that stands at `path`.
 * Source of the rules: Kubernetes, pkg/api/pod, GetWarningsForPodTemplate.
 */
export function podWarnings(pod: JsonObject, path = ''): string[] {
  const spec = objectAt(pod, 'spec');
  const annotations = objectAt(pod, 'metadata', 'annotations');
  const at = path === '' ? 'spec' : `${path}.spec`;
  const noted = path === '' ? 'metadata.annotations' : `${path}.metadata.annotations`;
  const containers = placedContainers(spec, at);
  return [
    ...nodeChoiceWarnings(spec, at),
    ...idle
      .filter(([key]) => Object.hasOwn(annotations, key))
      .map(([key, why]) => `${noted}[${key}]: ${why}`),
    ...volumeWarnings(spec, at),
    ...repeated(spec, 'hostAliases', 'ip', at),
    ...repeated(spec, 'imagePullSecrets', 'name', at),
    ...namelessSecrets(spec, at),
    ...['memory', 'ephemeral-storage'].flatMap(name =>
      fractionWarnings(objectAt(spec, 'overhead'), name, `${at}.overhead`),
    ),
    ...(Object.hasOwn(annotations, seccomp) && !valueAt(spec, 'securityContext', 'seccompProfile')
      ? [`${noted}[${seccomp}]: non-functional in v1.27+; use the "seccompProfile" field instead`]
      : []),
    ...containers.flatMap(placed => [
      ...profileWarnings(placed, spec, annotations, noted, path !== ''),
      ...containerWarnings(placed),
    ]),
    ...portWarnings(containers),
    ...graceWarnings(spec, at),
    ...neighbourWarnings(spec, at),
    ...listAt(spec, 'dnsConfig', 'nameservers').flatMap((server, i) =>
      addressWarnings(String(server), `${at}.dnsConfig.nameservers[${i}]`),
    ),
    ...objectsAt(spec, 'hostAliases').flatMap((alias, i) =>
      addressWarnings(textAt(alias, 'ip'), `${at}.hostAliases[${i}].ip`),
    ),
  ];
}

function repeated(spec: JsonObject, list: string, key: string, at: string): string[] {
  const known = new Set<string>();
  return objectsAt(spec, list).flatMap((item, i) => {
    const value = textAt(item, key);
    const isNew = !known.has(value);
    known.add(value);
    return isNew ? [] : [`${at}.${list}[${i}].${key}: duplicate ${key} ${JSON.stringify(value)}`];
  });
}

function namelessSecrets(spec: JsonObject, at: string): string[] {
  return objectsAt(spec, 'imagePullSecrets').flatMap((secret, i) =>
    textAt(secret, 'name') === '' ? [`${at}.imagePullSecrets[${i}].name: invalid empty name ""`] : [],
  );
}

function graceWarnings(spec: JsonObject, at: string): string[] {
  if ((numberAt(spec, 'terminationGracePeriodSeconds') ?? 0) >= 0) return [];
  return [
    `${at}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
  ];
}

function neighbourWarnings(spec: JsonObject, at: string): string[] {
  const [hard, soft] = [
    'requiredDuringSchedulingIgnoredDuringExecution',
    'preferredDuringSchedulingIgnoredDuringExecution',
  ];
  return ['podAffinity', 'podAntiAffinity'].flatMap(kind => {
    const affinity = objectAt(spec, 'affinity', kind);
    const path = `${at}.affinity.${kind}`;
    return [
      ...objectsAt(affinity, hard).flatMap((term, i) => matchesNothing(term, `${path}.${hard}[${i}]`)),
      ...objectsAt(affinity, soft).flatMap((term, i) =>
        matchesNothing(objectAt(term, 'podAffinityTerm'), `${path}.${soft}[${i}].podAffinityTerm`),
      ),
    ];
  });
}
