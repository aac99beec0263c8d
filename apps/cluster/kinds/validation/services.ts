import type { JsonObject } from '@millrace/json';
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '@millrace/schema';
import { qualifiedNameProblems } from '../../api/label-names.ts';
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../../api/tree.ts';
import { addressProblems } from './addresses.ts';
import { dnsLabel, labelProblems, subdomain } from './names.ts';
import { portNumberProblems, portProblems } from './numbers.ts';
import { reachProblems } from './service-reach.ts';

const protocols = ['SCTP', 'TCP', 'UDP'];
const affinities = ['ClientIP', 'None'];
const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

/** What is wrong with the spec of a Service, whatever it was before. */
export function serviceSpecProblems(object: JsonObject): FieldError[] {
  const spec = objectAt(object, 'spec');
  const type = textAt(spec, 'type');
  const problems: FieldError[] = [];
  const headless = textAt(spec, 'clusterIP') === 'None';
  if (type !== 'ExternalName' && !headless && listAt(spec, 'ports').length === 0)
    problems.push(required('spec.ports'));
  problems.push(...typeProblems(spec), ...portListProblems(spec));
  problems.push(...selectorProblems(objectAt(spec, 'selector')));
  const affinity = textAt(spec, 'sessionAffinity');
  if (affinity && !affinities.includes(affinity))
    problems.push(notSupported('spec.sessionAffinity', affinity, affinities));
  if (!types.includes(type)) problems.push(notSupported('spec.type', type, types));
  const address = textAt(spec, 'clusterIP');
  const isBad = type !== 'ExternalName' && address && !headless;
  const wrong = isBad ? addressProblems(address, 'spec.clusterIPs[0]') : [];
  // What depends on an address says nothing about one that is none.
  return wrong.length > 0 ? [...problems, ...wrong] : [...problems, ...reachProblems(spec)];
}

function typeProblems(spec: JsonObject): FieldError[] {
  const type = textAt(spec, 'type');
  const address = textAt(spec, 'clusterIP');
  if (type === 'ExternalName') {
    const name = textAt(spec, 'externalName');
    const set = address ? [forbidden('spec.clusterIPs', 'may not be set for ExternalName services')] : [];
    if (name === '') return [...set, required('spec.externalName')];
    return [...set, ...subdomain(name.replace(/\.$/, ''), 'spec.externalName')];
  }
  if (address !== 'None' || (type !== 'NodePort' && type !== 'LoadBalancer')) return [];
  return [invalid('spec.clusterIPs[0]', address, `may not be set to 'None' for ${type} services`)];
}

function selectorProblems(selector: JsonObject): FieldError[] {
  return labelProblems(selector, 'spec.selector');
}

function portListProblems(spec: JsonObject): FieldError[] {
  const ports = objectsAt(spec, 'ports');
  const names = new Set<string>();
  const used = new Set<string>();
  return ports.flatMap((port, i) => {
    const problems = onePortProblems(port, `spec.ports[${i}]`, ports.length > 1, names);
    names.add(textAt(port, 'name'));
    const key = `${port.protocol}/${port.port}`;
    if (used.has(key)) problems.push(duplicate(`spec.ports[${i}]`, asUpstreamPrints(port)));
    used.add(key);
    return problems;
  });
}

function onePortProblems(
  port: JsonObject,
  at: string,
  several: boolean,
  names: ReadonlySet<string>,
): FieldError[] {
  const problems: FieldError[] = [];
  const name = textAt(port, 'name');
  if (name === '' && several) problems.push(required(`${at}.name`));
  else if (name) {
    problems.push(...dnsLabel(name, `${at}.name`));
    if (names.has(name)) problems.push(duplicate(`${at}.name`, name));
  }
  problems.push(...portNumberProblems(numberAt(port, 'port') ?? 0, `${at}.port`));
  const protocol = textAt(port, 'protocol');
  if (!protocols.includes(protocol)) problems.push(notSupported(`${at}.protocol`, protocol, protocols));
  problems.push(...portProblems(port.targetPort, `${at}.targetPort`));
  if (port.appProtocol !== undefined)
    problems.push(...(qualifiedNameProblems(String(port.appProtocol), `${at}.appProtocol`) as FieldError[]));
  return problems;
}

function asUpstreamPrints(port: JsonObject): JsonObject {
  return {
    Name: '',
    Protocol: port.protocol ?? '',
    AppProtocol: null,
    Port: port.port ?? 0,
    TargetPort: 0,
    NodePort: 0,
  };
}
