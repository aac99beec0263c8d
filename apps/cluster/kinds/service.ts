import type { JsonObject } from '@millrace/json';
import type { Api } from '../api/api.ts';
import type { Cause } from '../api/status.ts';
import { childOf, numberAt, objectsAt, textAt, valueAt } from '../api/tree.ts';
import { read } from '../store/entry.ts';
import type { KindRules } from './kind-rules.ts';
import { serviceSpecProblems } from './validation/services.ts';

const firstNodePort = 30_000;
const lastNodePort = 32_767;

/** https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/ */
export const serviceRules: KindRules = {
  prepare(object, old, api) {
    const spec = childOf(object, 'spec');
    if (spec.type === 'ExternalName') return;
    spec.ipFamilies ??= ['IPv4'];
    spec.ipFamilyPolicy ??= 'SingleStack';
    allocateAddress(spec, old, api);
    if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') allocateNodePorts(spec, old, api);
  },
  problems(object, old) {
    const problems: Cause[] = [];
    const before = textAt(old, 'spec', 'clusterIP');
    const now = textAt(object, 'spec', 'clusterIP');
    const stays =
      textAt(object, 'spec', 'type') !== 'ExternalName' && textAt(old, 'spec', 'type') !== 'ExternalName';
    if (old && before && stays && now !== before) {
      problems.push({
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify([now])}: may not change once set`,
        field: 'spec.clusterIPs[0]',
      });
    }
    problems.push(...serviceSpecProblems(object));
    return problems;
  },
};

function allocateAddress(spec: JsonObject, old: JsonObject | undefined, api: Api): void {
  const kept = textAt(old, 'spec', 'clusterIP');
  if (!textAt(spec, 'clusterIP')) spec.clusterIP = kept || freeAddress(api);
  spec.clusterIPs = [spec.clusterIP!];
}

/** 10.96.0.0/16, the range of kubeadm, with the first addresses left to the system. */
function freeAddress(api: Api): string {
  const used = new Set(api.store.list('/services').map(entry => textAt(read(entry), 'spec', 'clusterIP')));
  for (let i = 1; i < 255 * 255; i++) {
    const address = `10.96.${Math.floor(i / 254) + 1}.${(i % 254) + 1}`;
    if (!used.has(address)) return address;
  }
  throw new RangeError('no cluster IP is left in 10.96.0.0/16');
}

function allocateNodePorts(spec: JsonObject, old: JsonObject | undefined, api: Api): void {
  if (spec.allocateLoadBalancerNodePorts === false) return;
  const before = objectsAt(old, 'spec', 'ports');
  let used: Set<number> | undefined;
  for (const port of objectsAt(spec, 'ports')) {
    if (numberAt(port, 'nodePort')) continue;
    const known = before.find(
      each => each.port === port.port && each.protocol === port.protocol && valueAt(each, 'nodePort'),
    );
    if (known) port.nodePort = known.nodePort!;
    else {
      used ??= new Set(
        api.store
          .list('/services')
          .flatMap(entry => objectsAt(read(entry), 'spec', 'ports').map(each => Number(each.nodePort ?? 0))),
      );
      let free = firstNodePort;
      while (used.has(free) && free < lastNodePort) free++;
      used.add(free);
      port.nodePort = free;
    }
  }
}
