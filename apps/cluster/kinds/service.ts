import { equal, type JsonObject } from '@millrace/json';
import type { Api } from '../api/api.ts';
import type { Cause } from '../api/status.ts';
import { childOf, listAt, numberAt, objectAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';
import { allocationProblems, freeAddress, nodePorts } from './service-allocation.ts';
import { serviceSpecProblems } from './validation/services.ts';

/** https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/ */
export const serviceRules: KindRules = {
  prepare(object, old, api) {
    const spec = childOf(object, 'spec');
    if (old) dropOutlived(spec, objectAt(old, 'spec'));
    if (!hasAddress(spec)) return;
    allocateAddress(spec, old, api);
    setFamilies(spec);
    allocateNodePorts(object, spec, old, api);
  },
  problems(object, old, api) {
    const problems: Cause[] = [];
    const before = textAt(old, 'spec', 'clusterIP');
    const now = textAt(object, 'spec', 'clusterIP');
    const stays = hasAddress(objectAt(object, 'spec')) && hasAddress(objectAt(old, 'spec'));
    if (old && before && stays && now !== before) {
      problems.push({
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify([now])}: may not change once set`,
        field: 'spec.clusterIPs[0]',
      });
    }
    problems.push(...serviceSpecProblems(object));
    return problems.length > 0 ? problems : allocationProblems(api, object, old);
  },
};

function hasAddress(spec: JsonObject): boolean {
  return spec.type !== 'ExternalName';
}

function isBalanced(spec: JsonObject): boolean {
  return spec.type === 'LoadBalancer';
}

function hasNodePorts(spec: JsonObject): boolean {
  return spec.type === 'NodePort' || (isBalanced(spec) && spec.allocateLoadBalancerNodePorts !== false);
}

function isExposed(spec: JsonObject): boolean {
  return spec.type === 'NodePort' || isBalanced(spec) || listAt(spec, 'externalIPs').length > 0;
}

function hasHealthPort(spec: JsonObject): boolean {
  return isBalanced(spec) && spec.externalTrafficPolicy === 'Local';
}

/** What only the former type of a Service had goes with it, where the client left it as it was. */
function dropOutlived(spec: JsonObject, old: JsonObject): void {
  const drop = (applies: (spec: JsonObject) => boolean, ...fields: string[]) => {
    if (!applies(old) || applies(spec)) return;
    for (const field of fields) if (equal(spec[field], old[field])) delete spec[field];
  };
  if (spec.clusterIP === '') delete spec.clusterIP;
  drop(hasAddress, 'clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy');
  drop(isBalanced, 'allocateLoadBalancerNodePorts', 'loadBalancerClass');
  drop(isExposed, 'externalTrafficPolicy');
  drop(hasHealthPort, 'healthCheckNodePort');
  if (!hasNodePorts(old) || hasNodePorts(spec)) return;
  const known = new Set(objectsAt(old, 'ports').map(port => port.nodePort));
  for (const port of objectsAt(spec, 'ports')) if (known.has(port.nodePort)) delete port.nodePort;
}

function allocateAddress(spec: JsonObject, old: JsonObject | undefined, api: Api): void {
  const kept = textAt(old, 'spec', 'clusterIP');
  // There is no address of another family to be had.
  if (!textAt(spec, 'clusterIP') && !kept && listAt(spec, 'ipFamilies')[0] === 'IPv6') return;
  if (!textAt(spec, 'clusterIP')) spec.clusterIP = kept || freeAddress(api);
  spec.clusterIPs = [spec.clusterIP!];
}

/** There is one family here; what has neither address nor Pods is of both. */
function setFamilies(spec: JsonObject): void {
  const isFree = spec.clusterIP === 'None' && Object.keys(objectAt(spec, 'selector')).length === 0;
  if (isFree && spec.ipFamilies === undefined && spec.ipFamilyPolicy === undefined) {
    spec.ipFamilies = ['IPv4', 'IPv6'];
    spec.ipFamilyPolicy = 'RequireDualStack';
  }
  spec.ipFamilies ??= ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
}

/** A port keeps its number by its name. */
function allocateNodePorts(
  object: JsonObject,
  spec: JsonObject,
  old: JsonObject | undefined,
  api: Api,
): void {
  const next = nodePorts(api, object);
  if (hasNodePorts(spec)) {
    const before = new Map(
      objectsAt(old, 'spec', 'ports').map(port => [textAt(port, 'name'), numberAt(port, 'nodePort')]),
    );
    const used = new Set(objectsAt(spec, 'ports').map(port => numberAt(port, 'nodePort')));
    for (const port of objectsAt(spec, 'ports')) {
      if (numberAt(port, 'nodePort')) continue;
      const known = before.get(textAt(port, 'name'));
      port.nodePort = known && !used.has(known) ? known : next();
      used.add(port.nodePort);
    }
  }
  if (!hasHealthPort(spec)) return;
  spec.healthCheckNodePort ??= valueAt(old, 'spec', 'healthCheckNodePort') ?? next();
}
