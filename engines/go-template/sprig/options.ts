import { randomBytes } from 'node:crypto';

/** So many random bytes that nobody can guess. */
export type RandomBytes = (count: number) => Uint8Array;

/** What functions take from outside: all else about them follows from their arguments. */
export interface SprigOptions {
  /** Milliseconds since 1970, with fractions where they are known. The system's clock if left out. */
  clock?: () => number;
  /** The source of passwords, keys, salts and serial numbers. The system's if left out. */
  random?: RandomBytes;
  /** The zone that dates are in where no other is named: an IANA name. UTC if left out, as in a container. */
  timeZone?: string;
}

export type Surroundings = Required<SprigOptions>;

export function surroundings(options: SprigOptions): Surroundings {
  return {
    clock: options.clock ?? Date.now,
    random: options.random ?? randomBytes,
    timeZone: options.timeZone ?? 'UTC',
  };
}
