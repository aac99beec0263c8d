import type { JsonObject } from '@millrace/json';
import { type FieldError, forbidden, invalid, notSupported, required } from '@millrace/schema';
import { listAt, numberAt, objectAt, textAt } from '../../api/tree.ts';
import { nonNegative, portProblems } from './numbers.ts';

const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'];
const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'];
const counts = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
];

/** What is wrong with the probes of a container at `at`. */
export function probeProblems(container: JsonObject, at: string): FieldError[] {
  return probes
    .filter(key => container[key] !== undefined)
    .flatMap(key => oneProbe(key, objectAt(container, key), `${at}.${key}`));
}

function oneProbe(kind: string, probe: JsonObject, at: string): FieldError[] {
  const problems = handlerProblems(probe, at);
  for (const count of counts) problems.push(...nonNegative(probe[count], `${at}.${count}`));
  const successes = numberAt(probe, 'successThreshold') ?? 1;
  if (kind !== 'readinessProbe' && successes !== 1)
    problems.push(invalid(`${at}.successThreshold`, successes, 'must be 1'));
  return problems;
}

function handlerProblems(probe: JsonObject, at: string): FieldError[] {
  const given = handlers.filter(handler => probe[handler] !== undefined);
  if (given.length === 0) return [required(at, 'must specify a handler type')];
  return given.flatMap((handler, i) =>
    i > 0
      ? [forbidden(`${at}.${handler}`, 'may not specify more than 1 handler type')]
      : oneHandler(handler, objectAt(probe, handler), `${at}.${handler}`),
  );
}

function oneHandler(kind: string, handler: JsonObject, at: string): FieldError[] {
  switch (kind) {
    case 'exec':
      return listAt(handler, 'command').length === 0 ? [required(`${at}.command`)] : [];
    case 'httpGet': {
      const scheme = textAt(handler, 'scheme');
      return [
        ...(textAt(handler, 'path') === '' ? [required(`${at}.path`)] : []),
        ...portProblems(handler.port, `${at}.port`),
        ...(scheme === 'HTTP' || scheme === 'HTTPS'
          ? []
          : [notSupported(`${at}.scheme`, scheme, ['HTTP', 'HTTPS'])]),
      ];
    }
    default:
      return portProblems(handler.port, `${at}.port`);
  }
}
