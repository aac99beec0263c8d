import type { JsonObject } from '@millrace/json';
import { listAt, objectAt, objectsAt, textAt, valueAt } from '../../api/tree.ts';
import { addressWarnings, networkWarnings } from './addresses.ts';

const classAnnotation = 'kubernetes.io/ingress.class';

export function ingressWarnings(ingress: JsonObject): string[] {
  const isAnnotated = Object.hasOwn(objectAt(ingress, 'metadata', 'annotations'), classAnnotation);
  if (!isAnnotated || (valueAt(ingress, 'spec', 'ingressClassName') ?? null) !== null) return [];
  return [`annotation "${classAnnotation}" is deprecated, please use 'spec.ingressClassName' instead`];
}

export function networkPolicyWarnings(policy: JsonObject): string[] {
  return [
    ['ingress', 'from'],
    ['egress', 'to'],
  ].flatMap(([direction = '', peers = '']) =>
    objectsAt(policy, 'spec', direction).flatMap((rule, i) =>
      objectsAt(rule, peers).flatMap((peer, k) =>
        blockWarnings(objectAt(peer, 'ipBlock'), `spec.${direction}[${i}].${peers}[${k}].ipBlock`),
      ),
    ),
  );
}

function blockWarnings(block: JsonObject, at: string): string[] {
  return [
    ...networkWarnings(textAt(block, 'cidr'), `${at}.cidr`),
    ...listAt(block, 'except').flatMap((range, i) => networkWarnings(String(range), `${at}.except[${i}]`)),
  ];
}

export function endpointsWarnings(endpoints: JsonObject): string[] {
  return objectsAt(endpoints, 'subsets').flatMap((subset, i) =>
    ['addresses', 'notReadyAddresses'].flatMap(list =>
      objectsAt(subset, list).flatMap((address, k) =>
        addressWarnings(textAt(address, 'ip'), `subsets[${i}].${list}[${k}].ip`),
      ),
    ),
  );
}

export function endpointSliceWarnings(slice: JsonObject, old: JsonObject | undefined): string[] {
  const isFqdn = slice.addressType === 'FQDN' && old === undefined;
  return [
    ...(isFqdn ? ['spec.addressType: FQDN endpoints are deprecated'] : []),
    ...objectsAt(slice, 'endpoints').flatMap((endpoint, i) =>
      listAt(endpoint, 'addresses').flatMap((address, k) =>
        addressWarnings(String(address), `endpoints[${i}].addresses[${k}]`),
      ),
    ),
  ];
}
