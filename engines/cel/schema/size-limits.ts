import type { JsonObject } from '@millrace/json';

/** The largest request that the API server takes, in bytes. */
export const requestLimit = 3 * 1024 * 1024;

/** Of texts with a format: how long they can be, and how few bytes they take. */
export const timeLengths = {
  duration: { most: 32, fewestBytes: 3 },
  date: { most: 12, fewestBytes: 12 },
  'date-time': { most: 32, fewestBytes: 21 },
} as const;

/** Characters are counted as the four bytes that each may take. */
export function maximalLength({ maxLength }: JsonObject, otherwise: number): number {
  return typeof maxLength === 'number' ? Math.max(0, maxLength) * 4 : otherwise;
}

/** Without a limit, as many as a request can hold of the smallest. */
export function maximalItems({ maxItems }: JsonObject, smallest: number): number {
  if (typeof maxItems === 'number') return Math.max(0, maxItems);
  return Math.floor((requestLimit - 2) / (smallest + 1));
}

/** The same for entries of maps, whose keys take bytes too. */
export function maximalProperties({ maxProperties }: JsonObject, smallest: number): number {
  if (typeof maxProperties === 'number') return Math.max(0, maxProperties);
  return Math.floor((requestLimit - 2) / (smallest + 6));
}
