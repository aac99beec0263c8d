import type { JsonObject } from '@millrace/json';
import { listAt, objectAt, textAt } from '../../api/tree.ts';
import { addressWarnings, networkWarnings } from './addresses.ts';

const hints = 'service.kubernetes.io/topology-aware-hints';

/** Source of the rules: Kubernetes, pkg/api/service, GetWarningsForService. */
export function serviceWarnings(service: JsonObject): string[] {
  const spec = objectAt(service, 'spec');
  const type = textAt(spec, 'type');
  const clusterIP = textAt(spec, 'clusterIP');
  const isExternal = type === 'ExternalName';
  const isHeadless = type === 'ClusterIP' && clusterIP === 'None';
  const external = listAt(spec, 'externalIPs').map(String);
  const balancer = textAt(spec, 'loadBalancerIP');
  const warnings: string[] = [];
  if (Object.hasOwn(objectAt(service, 'metadata', 'annotations'), hints))
    warnings.push(
      `annotation ${hints} is deprecated, please use service.kubernetes.io/topology-mode instead`,
    );
  if (clusterIP !== '' && clusterIP !== 'None')
    warnings.push(
      ...listAt(spec, 'clusterIPs').flatMap((ip, i) => addressWarnings(String(ip), `spec.clusterIPs[${i}]`)),
    );
  if (isHeadless) warnings.push(...idleInHeadless(spec));
  warnings.push(...external.flatMap((ip, i) => addressWarnings(ip, `spec.externalIPs[${i}]`)));
  if (external.length > 0 && !isHeadless && !isExternal)
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  if (balancer !== '') warnings.push(...addressWarnings(balancer, 'spec.loadBalancerIP'));
  warnings.push(
    ...listAt(spec, 'loadBalancerSourceRanges').flatMap((range, i) =>
      networkWarnings(String(range), `spec.loadBalancerSourceRanges[${i}]`),
    ),
  );
  if (isExternal && external.length > 0)
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (!isExternal && textAt(spec, 'externalName') !== '')
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec.trafficDistribution === 'PreferClose')
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return warnings;
}

function idleInHeadless(spec: JsonObject): string[] {
  const isIgnored = 'is ignored for headless services';
  return [
    ...(textAt(spec, 'loadBalancerIP') === '' ? [] : [`spec.loadBalancerIP ${isIgnored}`]),
    ...(listAt(spec, 'externalIPs').length === 0 ? [] : [`spec.externalIPs ${isIgnored}`]),
    ...(textAt(spec, 'sessionAffinity') === 'None' ? [] : [`spec.SessionAffinity ${isIgnored}`]),
  ];
}
