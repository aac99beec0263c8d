import type { Json, JsonObject } from '@millrace/json';
import { type FieldError, invalid, quantityAmount } from '@millrace/schema';
import { objectAt } from '../../api/tree.ts';

const standard = ['cpu', 'memory', 'ephemeral-storage'];

/** What is wrong with the requests and limits of a container. */
export function resourceProblems(resources: JsonObject, at: string): FieldError[] {
  const [limits, requests] = [objectAt(resources, 'limits'), objectAt(resources, 'requests')];
  const problems: FieldError[] = [];
  for (const name in limits) problems.push(...amountProblems(name, limits[name] as Json, `${at}.limits`));
  for (const name in requests) {
    const amount = requests[name] as Json;
    problems.push(...amountProblems(name, amount, `${at}.requests`));
    const limit = limits[name];
    if (limit === undefined || amountOf(amount) <= amountOf(limit)) continue;
    const why = `must be less than or equal to ${name} limit of ${String(limit)}`;
    problems.push(invalid(`${at}.requests`, String(amount), why));
  }
  return problems;
}

function amountProblems(name: string, amount: Json, path: string): FieldError[] {
  const known = standard.includes(name) || name.startsWith('hugepages-');
  const value = amountOf(amount);
  if (known && value >= 0) return [];
  const at = `${path}[${name}]`;
  const problems: FieldError[] = [];
  if (!known && !name.includes('/')) {
    problems.push(invalid(at, name, 'must be a standard resource type or fully qualified'));
    problems.push(invalid(at, name, 'must be a standard resource for containers'));
  }
  if (value < 0) problems.push(invalid(at, String(amount), 'must be greater than or equal to 0'));
  if (!known && name.includes('/') && !Number.isInteger(value))
    problems.push(invalid(at, String(amount), 'must be an integer'));
  return problems;
}

function amountOf(quantity: Json): number {
  return quantityAmount(quantity) ?? 0;
}
