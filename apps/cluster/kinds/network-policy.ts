import type { Json, JsonObject } from '@millrace/json';
import { type FieldError, forbidden, invalid, notSupported, required } from '@millrace/schema';
import { listAt, objectAt, objectsAt, textAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';
import { isWithin, parseNetwork } from './validation/networks.ts';
import { portNumberProblems, portProblems } from './validation/numbers.ts';
import { labelSelectorProblems } from './validation/selectors.ts';

/** https://kubernetes.io/docs/concepts/services-networking/network-policies/ */
export const networkPolicyRules: KindRules = {
  problems(object) {
    const spec = objectAt(object, 'spec');
    const peers = (direction: string, side: string) =>
      objectsAt(spec, direction).flatMap((rule, i) =>
        objectsAt(rule, side).flatMap((peer, n) =>
          peerProblems(peer, `spec.${direction}[${i}].${side}[${n}]`),
        ),
      );
    const ports = (direction: string) =>
      objectsAt(spec, direction).flatMap((rule, i) =>
        objectsAt(rule, 'ports').flatMap((port, n) =>
          policyPortProblems(port, `spec.${direction}[${i}].ports[${n}]`),
        ),
      );
    return [
      ...labelSelectorProblems(objectAt(spec, 'podSelector'), 'spec.podSelector'),
      ...ports('ingress'),
      ...peers('ingress', 'from'),
      ...ports('egress'),
      ...peers('egress', 'to'),
      ...listAt(spec, 'policyTypes').flatMap((type, i) =>
        policyTypes.includes(String(type)) ? [] : [notSupported(`spec.policyTypes[${i}]`, type, policyTypes)],
      ),
    ];
  },
};

const policyTypes = ['Ingress', 'Egress'];
const policyProtocols = ['TCP', 'UDP', 'SCTP'];

function policyPortProblems(given: JsonObject, at: string): FieldError[] {
  const { port, endPort } = given;
  const protocol = textAt(given, 'protocol');
  const problems =
    given.protocol === undefined || policyProtocols.includes(protocol)
      ? []
      : [notSupported(`${at}.protocol`, protocol, policyProtocols)];
  if (port !== undefined) problems.push(...portProblems(port, `${at}.port`));
  if (typeof endPort !== 'number') return problems;
  return [...problems, ...endPortProblems(port, endPort, `${at}.endPort`)];
}

function endPortProblems(port: Json | undefined, endPort: number, at: string): FieldError[] {
  if (port === undefined) return [invalid(at, endPort, 'may not be specified when `port` is not specified')];
  if (typeof port !== 'number')
    return [invalid(at, endPort, 'may not be specified when `port` is non-numeric')];
  // Upstream quotes the other port.
  const order = endPort < port ? [invalid(at, port, 'must be greater than or equal to `port`')] : [];
  return [...order, ...portNumberProblems(endPort, at)];
}

function peerProblems(peer: JsonObject, at: string): FieldError[] {
  const selectors = ['podSelector', 'namespaceSelector'].filter(field => peer[field] !== undefined);
  const problems = selectors.flatMap(field => labelSelectorProblems(objectAt(peer, field), `${at}.${field}`));
  if (selectors.length === 0 && peer.ipBlock === undefined)
    problems.push(required(at, 'must specify a peer'));
  if (selectors.length > 0 && peer.ipBlock !== undefined)
    problems.push(forbidden(at, 'may not specify both ipBlock and another peer'));
  if (peer.ipBlock !== undefined) problems.push(...blockProblems(objectAt(peer, 'ipBlock'), `${at}.ipBlock`));
  return problems;
}

const notNetwork = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

function blockProblems(block: JsonObject, at: string): FieldError[] {
  const cidr = textAt(block, 'cidr');
  if (cidr === '') return [required(`${at}.cidr`)];
  const network = parseNetwork(cidr);
  if (network === undefined) return [invalid(`${at}.cidr`, cidr, notNetwork)];
  return listAt(block, 'except').flatMap((range, i) => {
    const [field, text] = [`${at}.except[${i}]`, String(range)];
    const except = parseNetwork(text);
    if (except === undefined) return [invalid(field, text, notNetwork)];
    return isWithin(except, network) ? [] : [invalid(field, text, 'must be a strict subset of `cidr`')];
  });
}
