import type { Values } from '@millrace/helm';
import type { Json, JsonObject } from '@millrace/json';

/** Values of Helm as JSON: whole numbers that JSON cannot hold become texts. */
export function plainValues(values: Values | undefined): JsonObject {
  return values === undefined ? {} : plainMap(values);
}

function plainMap(values: Values): JsonObject {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, plain(value)]));
}

function plain(value: Values[string]): Json {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return isSafe(value) ? Number(value) : String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || value === undefined) return null;
  return isMap(value) ? plainMap(value) : String(value);
}

function isMap(value: Values[string]): value is Values {
  const prototype = typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : undefined;
  return prototype === null || prototype === Object.prototype;
}

const isSafe = (value: bigint) =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER);
