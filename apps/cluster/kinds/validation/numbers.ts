import type { Json } from '@millrace/json';
import { type FieldError, invalid } from '@millrace/schema';

/** What is wrong with a number that may be absent. */
export function nonNegative(value: Json | undefined, field: string): FieldError[] {
  if (typeof value !== 'number' || value >= 0) return [];
  return [invalid(field, value, 'must be greater than or equal to 0')];
}

/** A port by number or by name: https://www.rfc-editor.org/rfc/rfc6335#section-5.1 */
export function portProblems(value: Json | undefined, field: string): FieldError[] {
  if (typeof value === 'string') return portNameProblems(value, field);
  return portNumberProblems(typeof value === 'number' ? value : 0, field);
}

export function portNumberProblems(value: number, field: string): FieldError[] {
  return within(value, 1, 65_535, field);
}

/** The port of a Service that the API server itself calls; none is 443. */
export function calledPortProblems(value: Json | undefined, field: string): FieldError[] {
  if (typeof value !== 'number' || (value >= 1 && value <= 65_535)) return [];
  return [invalid(field, value, 'port is not valid: must be between 1 and 65535, inclusive')];
}

export function within(value: Json | undefined, least: number, most: number, field: string): FieldError[] {
  if (typeof value !== 'number' || (value >= least && value <= most)) return [];
  return [invalid(field, value, `must be between ${least} and ${most}, inclusive`)];
}

export function portNameProblems(name: string, field: string): FieldError[] {
  const problems: FieldError[] = [];
  const problem = (why: string) => problems.push(invalid(field, name, why));
  if (name.length > 15) problem('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(name))
    problem('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(name)) problem('must contain at least one letter (a-z)');
  if (name.includes('--')) problem('must not contain consecutive hyphens');
  if (/^-|-$/.test(name)) problem('must not begin or end with a hyphen');
  return problems.length > 1 && name.length > 15 ? problems.slice(0, 2) : problems;
}

const percentPattern = /^[0-9]+%$/;
const percentMessage =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/** A count or a percentage. */
export function countOrPercent(value: Json | undefined, field: string): FieldError[] {
  if (typeof value === 'number') return nonNegative(value, field);
  if (typeof value !== 'string' || percentPattern.test(value)) return [];
  return [invalid(field, value, percentMessage)];
}

export function atMostWhole(value: Json | undefined, field: string): FieldError[] {
  if (typeof value !== 'string' || !percentPattern.test(value) || Number.parseInt(value, 10) <= 100)
    return [];
  return [invalid(field, value, 'must not be greater than 100%')];
}

/** True for 0 and 0%. */
export function isNone(value: Json | undefined): boolean {
  return value === 0 || (typeof value === 'string' && Number.parseInt(value, 10) === 0);
}
