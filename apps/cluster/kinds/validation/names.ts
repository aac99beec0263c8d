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
