import type { JsonObject } from '@millrace/json';
import { type FieldError, invalid } from '@millrace/schema';
import { labelKeyProblems, labelValueProblems } from '../../api/label-names.ts';
import { dnsLabelProblem, subdomainProblem } from '../../api/names.ts';

/** A name of a part inside an object, such as a container or a volume. */
export function dnsLabel(name: string, field: string): FieldError[] {
  const why = dnsLabelProblem(name);
  return why === undefined ? [] : [invalid(field, name, why)];
}

/** The name of another object. */
export function subdomain(name: string, field: string): FieldError[] {
  const why = subdomainProblem(name);
  return why === undefined ? [] : [invalid(field, name, why)];
}

export function labelProblems(labels: JsonObject, field: string): FieldError[] {
  return Object.entries(labels).flatMap(
    ([key, value]) => [...labelKeyProblems(key, field), ...labelValueProblems(value, field)] as FieldError[],
  );
}

const dataKeyPattern = /^[-._a-zA-Z0-9]+$/;
const notDataKey =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/** A key of a ConfigMap or Secret. https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-object */
export function dataKey(key: string, field: string): FieldError[] {
  const problems: FieldError[] = [];
  if (key.length > 253) problems.push(invalid(field, key, 'must be no more than 253 characters'));
  if (!dataKeyPattern.test(key)) problems.push(invalid(field, key, notDataKey));
  if (key === '.') problems.push(invalid(field, key, "must not be '.'"));
  else if (key.startsWith('..')) problems.push(invalid(field, key, "must not start with '..'"));
  return problems;
}
