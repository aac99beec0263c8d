import type { JsonObject } from '@millrace/json';
import { type FieldError, forbidden, invalid, notSupported, required } from '@millrace/schema';
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';
import { dnsLabel, subdomain } from './validation/names.ts';
import {
  atMostWhole,
  countOrPercent,
  portNameProblems,
  portNumberProblems,
  portProblems,
} from './validation/numbers.ts';
import { labelSelectorProblems } from './validation/selectors.ts';

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];

export const ingressRules: KindRules = {
  problems(object) {
    const spec = objectAt(object, 'spec');
    const problems: FieldError[] = [];
    if (listAt(spec, 'rules').length === 0 && spec.defaultBackend === undefined)
      problems.push(
        invalid('spec', spec.rules ?? null, 'either `defaultBackend` or `rules` must be specified'),
      );
    objectsAt(spec, 'rules').forEach((rule, i) => {
      const host = textAt(rule, 'host');
      if (host) problems.push(...subdomain(host.replace(/^\*\./, ''), `spec.rules[${i}].host`));
      if (rule.http !== undefined && listAt(rule, 'http', 'paths').length === 0)
        problems.push(required(`spec.rules[${i}].http.paths`));
      objectsAt(rule, 'http', 'paths').forEach((path, n) => {
        problems.push(...pathProblems(path, `spec.rules[${i}].http.paths[${n}]`));
      });
    });
    objectsAt(spec, 'tls').forEach((tls, i) => {
      const secret = textAt(tls, 'secretName');
      if (secret) problems.push(...subdomain(secret, `spec.tls[${i}].secretName`));
    });
    return problems;
  },
};

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
  else if (endPort !== undefined)
    problems.push(required(`${at}.port`, 'may not specify `port` without a port number'));
  if (typeof port === 'number' && typeof endPort === 'number' && endPort < port)
    problems.push(invalid(`${at}.endPort`, endPort, 'must be greater than or equal to `port`'));
  return problems;
}

function peerProblems(peer: JsonObject, at: string): FieldError[] {
  const selectors = ['podSelector', 'namespaceSelector'].filter(field => peer[field] !== undefined);
  const problems = selectors.flatMap(field => labelSelectorProblems(objectAt(peer, field), `${at}.${field}`));
  if (selectors.length === 0 && peer.ipBlock === undefined)
    problems.push(required(at, 'must specify a peer'));
  if (selectors.length > 0 && peer.ipBlock !== undefined)
    problems.push(forbidden(at, 'may not specify both ipBlock and another peer'));
  return problems;
}

function pathProblems(path: JsonObject, at: string): FieldError[] {
  const problems: FieldError[] = [];
  const [type, place] = [textAt(path, 'pathType'), textAt(path, 'path')];
  if ((path.pathType ?? undefined) === undefined)
    return [required(`${at}.pathType`, 'pathType must be specified')];
  if (!pathTypes.includes(type)) problems.push(notSupported(`${at}.pathType`, type, pathTypes));
  else if (!place.startsWith('/') && (type !== 'ImplementationSpecific' || place !== ''))
    problems.push(invalid(`${at}.path`, place, 'must be an absolute path'));
  return [...problems, ...backendProblems(objectAt(path, 'backend'), `${at}.backend`)];
}

function backendProblems({ service, resource }: JsonObject, at: string): FieldError[] {
  if (service === undefined && resource === undefined)
    return [invalid(at, '', 'resource or service backend is required')];
  if (service === undefined) return [];
  const problems: FieldError[] = [];
  const port = objectAt(service, 'port');
  const [name, portName, number] = [textAt(service, 'name'), textAt(port, 'name'), numberAt(port, 'number')];
  if (name === '') problems.push(required(`${at}.service.name`));
  else problems.push(...dnsLabel(name, `${at}.service.name`));
  if (portName && number) problems.push(invalid(at, '', 'cannot set both port name & port number'));
  else if (portName) problems.push(...portNameProblems(portName, `${at}.service.port.name`));
  else if (number) problems.push(...portNumberProblems(number, `${at}.service.port.number`));
  else problems.push(required(at, 'port name or number is required'));
  return problems;
}

export const autoscalerRules: KindRules = {
  problems(object) {
    const spec = objectAt(object, 'spec');
    const [least, most] = [numberAt(spec, 'minReplicas') ?? 1, numberAt(spec, 'maxReplicas') ?? 0];
    const problems: FieldError[] = [];
    if (least < 1) problems.push(invalid('spec.minReplicas', least, 'must be greater than or equal to 1'));
    if (least === 0)
      problems.push(
        forbidden(
          'spec.metrics',
          'must specify at least one Object or External metric to support scaling to zero replicas',
        ),
      );
    if (most < 0) problems.push(invalid('spec.maxReplicas', most, 'must be greater than or equal to 1'));
    else if (most < 1) problems.push(required('spec.maxReplicas', 'must be set and greater than 0'));
    if (most < least)
      problems.push(invalid('spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`'));
    for (const field of ['kind', 'name']) {
      if (textAt(spec, 'scaleTargetRef', field) === '')
        problems.push(required(`spec.scaleTargetRef.${field}`));
    }
    const [apiVersion, kind] = [
      textAt(spec, 'scaleTargetRef', 'apiVersion'),
      textAt(spec, 'scaleTargetRef', 'kind'),
    ];
    if (!apiVersion.includes('/') && kind !== 'ReplicationController')
      problems.push(
        invalid('spec.scaleTargetRef.apiVersion', apiVersion, 'apiVersion must specify API group'),
      );
    return problems;
  },
};

export const disruptionBudgetRules: KindRules = {
  problems(object) {
    const { minAvailable, maxUnavailable, selector } = objectAt(object, 'spec');
    const problems = [
      ...countOrPercent(minAvailable, 'spec.minAvailable'),
      ...atMostWhole(minAvailable, 'spec.minAvailable'),
      ...countOrPercent(maxUnavailable, 'spec.maxUnavailable'),
      ...atMostWhole(maxUnavailable, 'spec.maxUnavailable'),
      ...labelSelectorProblems(objectAt(selector), 'spec.selector'),
    ];
    if (minAvailable === undefined || maxUnavailable === undefined) return problems;
    const printed = {
      MinAvailable: minAvailable,
      Selector: selector ?? null,
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: null,
    };
    return [invalid('spec', printed, 'minAvailable and maxUnavailable cannot be both set'), ...problems];
  },
};
