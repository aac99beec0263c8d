import type { JsonObject } from '@millrace/json';
import { duplicate, type FieldError, invalid, notSupported, required } from '@millrace/schema';
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../../api/tree.ts';
import { addressProblems } from './addresses.ts';
import { dnsLabel } from './names.ts';
import { portNumberProblems, portProblems } from './numbers.ts';

const protocols = ['SCTP', 'TCP', 'UDP'];
const affinities = ['ClientIP', 'None'];
const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const [firstNodePort, lastNodePort] = [30_000, 32_767];

/** What is wrong with the spec of a Service, whatever it was before. */
export function serviceSpecProblems(object: JsonObject): FieldError[] {
  const spec = objectAt(object, 'spec');
  const type = textAt(spec, 'type');
  const problems: FieldError[] = [];
  const headless = textAt(spec, 'clusterIP') === 'None';
  if (type !== 'ExternalName' && !headless && listAt(spec, 'ports').length === 0)
    problems.push(required('spec.ports'));
  problems.push(...portListProblems(spec));
  const affinity = textAt(spec, 'sessionAffinity');
  if (affinity && !affinities.includes(affinity))
    problems.push(notSupported('spec.sessionAffinity', affinity, affinities));
  if (!types.includes(type)) problems.push(notSupported('spec.type', type, types));
  if (type === 'ExternalName' && textAt(spec, 'externalName') === '')
    problems.push(required('spec.externalName'));
  const address = textAt(spec, 'clusterIP');
  if (type !== 'ExternalName' && address && !headless)
    problems.push(...addressProblems(address, 'spec.clusterIPs[0]'));
  return problems;
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
  const node = numberAt(port, 'nodePort');
  if (node && (node < firstNodePort || node > lastNodePort)) {
    const why = `provided port is not in the valid range. The range of valid ports is ${firstNodePort}-${lastNodePort}`;
    problems.push(invalid(`${at}.nodePort`, node, why));
  }
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
