import { isObject, type Json, type JsonObject } from '@millrace/json';

/** The statuses of kstatus. */
export type HealthStatus = 'InProgress' | 'Failed' | 'Current' | 'Terminating' | 'NotFound' | 'Unknown';

export interface Health {
  status: HealthStatus;
  message: string;
}

/** What the rules of one kind say, or nothing where the kind has no rule of its own. */
export type HealthRule = (object: JsonObject) => Health;

export const current = (message: string): Health => ({ status: 'Current', message });
export const inProgress = (message: string): Health => ({ status: 'InProgress', message });
export const failed = (message: string): Health => ({ status: 'Failed', message });

export interface ConditionView {
  status: string;
  reason: string;
  message: string;
}

/** The condition of a type, where the object has it. */
export function conditionOf(object: JsonObject, type: string): ConditionView | undefined {
  const conditions = at(object, 'status', 'conditions');
  if (!Array.isArray(conditions)) return undefined;
  const found = conditions.find(c => isObject(c) && c.type === type);
  if (!isObject(found)) return undefined;
  return {
    status: String(found.status),
    reason: String(found.reason ?? ''),
    message: String(found.message ?? ''),
  };
}

/** The value at a path of keys; undefined where one is missing. */
export function at(object: JsonObject, ...path: string[]): Json | undefined {
  let value: Json | undefined = object;
  for (const key of path) value = isObject(value) ? value[key] : undefined;
  return value;
}

export function numberAt(object: JsonObject, fallback: number, ...path: string[]): number {
  const value = at(object, ...path);
  return typeof value === 'number' ? value : fallback;
}

export function textAt(object: JsonObject, ...path: string[]): string {
  const value = at(object, ...path);
  return typeof value === 'string' ? value : '';
}
