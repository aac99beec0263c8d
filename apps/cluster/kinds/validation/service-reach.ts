import { isIP } from 'node:net';
import type { Json, JsonObject } from '@millrace/json';
import { type FieldError, forbidden, invalid, notSupported } from '@millrace/schema';
import { listAt, numberAt, textAt } from '../../api/tree.ts';
import { addressProblems } from './addresses.ts';
import { parseNetwork } from './networks.ts';

const policies = ['Cluster', 'Local'];
const families = ['IPv4', 'IPv6'];
const familyPolicies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
const longestAffinity = 86_400;

/** What is wrong with who reaches a Service, and how: addresses, load balancers, traffic policies, families. */
export function reachProblems(spec: JsonObject): FieldError[] {
  return [
    ...affinityProblems(spec),
    ...externalAddressProblems(spec),
    ...balancerProblems(spec),
    ...trafficProblems(spec),
    ...familyProblems(spec),
  ];
}

function affinityProblems(spec: JsonObject): FieldError[] {
  const seconds = numberAt(spec, 'sessionAffinityConfig', 'clientIP', 'timeoutSeconds');
  if (spec.sessionAffinity !== 'ClientIP' || seconds === undefined) return [];
  if (seconds > 0 && seconds <= longestAffinity) return [];
  const why = `must be greater than 0 and less than ${longestAffinity}`;
  return [invalid('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, why)];
}

function externalAddressProblems(spec: JsonObject): FieldError[] {
  return listAt(spec, 'externalIPs').flatMap((address, i) => {
    const at = `spec.externalIPs[${i}]`;
    const text = String(address);
    const problems = addressProblems(text, at);
    if (problems.length > 0) return problems;
    if (/^127\./.test(text) || text === '::1')
      return [invalid(at, text, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')];
    return [];
  });
}

const onlyBalanced = "may only be used when `type` is 'LoadBalancer'";

function balancerProblems(spec: JsonObject): FieldError[] {
  const isBalanced = spec.type === 'LoadBalancer';
  const problems: FieldError[] = [];
  const ranges = listAt(spec, 'loadBalancerSourceRanges');
  if (ranges.length > 0 && !isBalanced)
    problems.push(forbidden('spec.LoadBalancerSourceRanges', onlyBalanced));
  else
    problems.push(
      ...ranges.flatMap((range, i) => cidrProblems(range, `spec.LoadBalancerSourceRanges[${i}]`)),
    );
  for (const field of ['allocateLoadBalancerNodePorts', 'loadBalancerClass'])
    if (spec[field] !== undefined && !isBalanced) problems.push(forbidden(`spec.${field}`, onlyBalanced));
  return problems;
}

function cidrProblems(range: Json, at: string): FieldError[] {
  const network = parseNetwork(String(range).trim());
  if (network === undefined)
    return [invalid(at, range, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')];
  return network.beyond ? [invalid(at, range, 'must not have bits set beyond the prefix length')] : [];
}

function trafficProblems(spec: JsonObject): FieldError[] {
  const { externalTrafficPolicy: external, internalTrafficPolicy: inside, trafficDistribution } = spec;
  const isExposed =
    spec.type === 'NodePort' || spec.type === 'LoadBalancer' || listAt(spec, 'externalIPs').length > 0;
  const problems: FieldError[] = [];
  const oneOf = (field: string, value: Json | undefined, supported: readonly string[]) => {
    if (value !== undefined && !supported.includes(String(value)))
      problems.push(notSupported(`spec.${field}`, value, supported));
  };
  if (isExposed) oneOf('externalTrafficPolicy', external, policies);
  else if (external !== undefined) {
    const why = 'may only be set for externally-accessible services';
    problems.push(invalid('spec.externalTrafficPolicy', external, why));
  }
  const health = numberAt(spec, 'healthCheckNodePort') ?? 0;
  if (health > 0 && !(spec.type === 'LoadBalancer' && external === 'Local')) {
    const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    problems.push(invalid('spec.healthCheckNodePort', health, why));
  }
  if (spec.type !== 'ExternalName') oneOf('internalTrafficPolicy', inside, policies);
  oneOf('trafficDistribution', trafficDistribution, distributions);
  return problems;
}

/** This cluster knows IPv4 only. https://kubernetes.io/docs/concepts/services-networking/dual-stack/ */
function familyProblems(spec: JsonObject): FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const policy = textAt(spec, 'ipFamilyPolicy');
  const asked = listAt(spec, 'ipFamilies').map(String);
  const isHeadlessAlone = spec.clusterIP === 'None' && spec.selector === undefined;
  const problems: FieldError[] = [];
  if (!familyPolicies.includes(policy))
    problems.push(notSupported('spec.ipFamilyPolicy', policy, familyPolicies));
  const unknown = asked.findIndex(family => !families.includes(family));
  if (unknown >= 0) problems.push(notSupported(`spec.ipFamilies[${unknown}]`, asked[unknown]!, families));
  const [address] = listAt(spec, 'clusterIPs').map(String);
  if (problems.length > 0 || isHeadlessAlone) return problems;
  if (asked[0] === 'IPv6' && isIP(address ?? '') === 4)
    return [
      invalid('spec.clusterIPs[0]', address!, 'expected an IPv6 value as indicated by `ipFamilies[0]`'),
    ];
  if (policy === 'SingleStack' && asked.length > 1) {
    const why = "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified";
    return [invalid('spec.ipFamilyPolicy', policy, why)];
  }
  if (policy === 'RequireDualStack')
    return [invalid('spec.ipFamilyPolicy', policy, 'this cluster is not configured for dual-stack services')];
  const missing = asked.indexOf('IPv6');
  return missing < 0
    ? []
    : [invalid(`spec.ipFamilies[${missing}]`, 'IPv6', 'not configured on this cluster')];
}
