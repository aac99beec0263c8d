import type { RandomBytes } from './options.ts';

/** A random integer from 0 below `limit` (at most 2^48), each alike likely. */
export function randomBelow(random: RandomBytes, limit: number): number {
  const size = Math.max(1, Math.ceil(Math.log2(limit) / 8));
  // Above the highest multiple of the limit some values would come up more often than others.
  const usable = 256 ** size - (256 ** size % limit);
  for (;;) {
    const value = random(size).reduce((sum, byte) => sum * 256 + byte, 0);
    if (value < usable) return value % limit;
  }
}
