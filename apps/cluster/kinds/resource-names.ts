import type { Json } from '@millrace/json';
import { canonicalQuantity, exactQuantity, type FieldError, invalid } from '@millrace/schema';
import { qualifiedNameProblems } from '../api/label-names.ts';

const computed = ['cpu', 'memory', 'ephemeral-storage'];
const counted = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];
const inQuotas = [
  ...computed,
  ...['cpu', 'memory', 'storage', 'ephemeral-storage'].map(name => `requests.${name}`),
  ...computed.map(name => `limits.${name}`),
  ...counted,
];

/** Whether the name of a resource is one that quotas know. Source of the tables: Kubernetes, core/helper. */
export function isQuotaResource(name: string): boolean {
  return inQuotas.includes(name) || isHugePages(name) || name.startsWith('requests.hugepages-');
}

function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

/** Of the name of a resource: one of the standard ones, or one with a domain. */
export function resourceNameProblems(name: string, at: string): FieldError[] {
  const bad = qualifiedNameProblems(name, at) as FieldError[];
  if (bad.length > 0 || name.includes('/') || name === 'storage' || isQuotaResource(name)) return bad;
  return [invalid(at, name, 'must be a standard resource type or fully qualified')];
}

export function quotaResourceProblems(name: string, at: string): FieldError[] {
  const problems = resourceNameProblems(name, at);
  if (name.includes('/') || isQuotaResource(name)) return problems;
  return [...problems, invalid(at, name, 'must be a standard resource for quota')];
}

export function containerResourceProblems(name: string, at: string): FieldError[] {
  const problems = resourceNameProblems(name, at);
  if (name.includes('/') || computed.includes(name) || isHugePages(name)) return problems;
  return [...problems, invalid(at, name, 'must be a standard resource for containers')];
}

/** Whether there are whole ones of it only. */
function isWhole(name: string): boolean {
  const isNative = !name.includes('/') || name.includes('kubernetes.io/');
  return counted.includes(name) || !(isNative || name.startsWith('requests.'));
}

const one = 1_000_000_000n;

export function amountProblems(name: string, value: Json, at: string): FieldError[] {
  const nanos = exactQuantity(String(value))?.nanos ?? 0n;
  const shown = canonicalQuantity(value) ?? String(value);
  if (nanos < 0n) return [invalid(at, shown, 'must be greater than or equal to 0')];
  return isWhole(name) && nanos % one !== 0n ? [invalid(at, shown, 'must be an integer')] : [];
}
