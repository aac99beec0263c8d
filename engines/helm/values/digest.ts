import { createHash } from 'node:crypto';
import { jsonValue, type Value } from '@millrace/go-template';
import type { Json } from '@millrace/json';
import { stringify } from '@millrace/yaml';
import type { Values } from '../chart/chart.ts';

/**
 * The digest of values by which Flux knows whether they have changed: `sha256:` of their YAML with keys in the order of
 * their bytes; of no values, that of nothing.
 *
 * Rule: DigestValues in fluxcd/pkg, chartutil.
 */
export function valuesDigest(values: Values): string {
  const hash = createHash('sha256');
  if (Object.keys(values).length > 0)
    // stringify prints the bigints that Json does not name.
    hash.update(stringify(exact(jsonValue(values)) as Json, { keys: 'bytes' }));
  return `sha256:${hash.digest('hex')}`;
}

/** Whole numbers that fit 64 bits are written with all their digits. */
function exact(value: Value): Value {
  if (typeof value === 'number') return isWide(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(exact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, exact(item)]));
}

function isWide(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) > 2 ** 53 && value >= -(2 ** 63) && value < 2 ** 64;
}
