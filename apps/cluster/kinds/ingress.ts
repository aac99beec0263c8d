import { isIP } from 'node:net';
import type { JsonObject } from '@millrace/json';
import { type FieldError, invalid, notSupported, required } from '@millrace/schema';
import { listAt, numberAt, objectAt, objectsAt, textAt } from '../api/tree.ts';
import type { KindRules } from './kind-rules.ts';
import { dnsLabel, subdomain } from './validation/names.ts';
import { portNameProblems, portNumberProblems } from './validation/numbers.ts';

/** https://kubernetes.io/docs/concepts/services-networking/ingress/ */
export const ingressRules: KindRules = {
  problems(object) {
    const spec = objectAt(object, 'spec');
    const problems: FieldError[] = [];
    if (listAt(spec, 'rules').length === 0 && spec.defaultBackend === undefined)
      problems.push(
        invalid('spec', spec.rules ?? null, 'either `defaultBackend` or `rules` must be specified'),
      );
    objectsAt(spec, 'rules').forEach((rule, i) => {
      problems.push(...ruleProblems(rule, `spec.rules[${i}]`));
    });
    objectsAt(spec, 'tls').forEach((tls, i) => {
      listAt(tls, 'hosts').forEach((host, n) => {
        problems.push(...hostNameProblems(String(host), `spec.tls[${i}].hosts[${n}]`));
      });
      const secret = textAt(tls, 'secretName');
      if (secret) problems.push(...subdomain(secret, `spec.tls[${i}].secretName`));
    });
    if (typeof spec.ingressClassName === 'string')
      problems.push(...subdomain(spec.ingressClassName, 'spec.ingressClassName'));
    return problems;
  },
};

function ruleProblems(rule: JsonObject, at: string): FieldError[] {
  const host = textAt(rule, 'host');
  const paths = objectsAt(rule, 'http', 'paths');
  return [
    ...(host === '' ? [] : hostProblems(host, `${at}.host`)),
    ...(rule.http !== undefined && paths.length === 0 ? [required(`${at}.http.paths`)] : []),
    ...paths.flatMap((path, n) => pathProblems(path, `${at}.http.paths[${n}]`)),
  ];
}

function hostProblems(host: string, at: string): FieldError[] {
  if (isIP(host) !== 0) return [invalid(at, host, 'must be a DNS name, not an IP address')];
  return hostNameProblems(host, at);
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const wildcard = `\\*\\.${label}(\\.${label})*`;
const isWildcard = new RegExp(`^${wildcard}$`);
const notWildcard = `a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '${wildcard}')`;

function hostNameProblems(host: string, at: string): FieldError[] {
  if (!host.includes('*')) return subdomain(host, at);
  return isWildcard.test(host) && host.length <= 253 ? [] : [invalid(at, host, notWildcard)];
}

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];
/** What a path that is compared with others must not have within, and at its end. */
const within = ['//', '/./', '/../', '%2f', '%2F'];
const atEnd = ['/..', '/.'];

function pathProblems(path: JsonObject, at: string): FieldError[] {
  if ((path.pathType ?? undefined) === undefined)
    return [required(`${at}.pathType`, 'pathType must be specified')];
  const [type, place] = [textAt(path, 'pathType'), textAt(path, 'path')];
  return [
    ...(pathTypes.includes(type) ? placeProblems(type, place, `${at}.path`) : []),
    ...(pathTypes.includes(type) ? [] : [notSupported(`${at}.pathType`, type, pathTypes)]),
    ...backendProblems(objectAt(path, 'backend'), `${at}.backend`),
  ];
}

function placeProblems(type: string, place: string, at: string): FieldError[] {
  if (!place.startsWith('/'))
    return type === 'ImplementationSpecific' && place === ''
      ? []
      : [invalid(at, place, 'must be an absolute path')];
  if (type === 'ImplementationSpecific') return [];
  return [
    ...within
      .filter(part => place.includes(part))
      .map(part => invalid(at, place, `must not contain '${part}'`)),
    ...atEnd.filter(end => place.endsWith(end)).map(end => invalid(at, place, `cannot end with '${end}'`)),
  ];
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
