/** How little and how much something is at most; upper ends may be endless. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The largest number of 64 bits: nothing counts beyond it. */
export const endless = 2 ** 64;

export function fixed(value: number): Range {
  return { min: value, max: value };
}

export const unknown: Range = { min: 0, max: endless };

function capped(value: number): number {
  return value >= endless ? endless : value;
}

export function add(...ranges: readonly Range[]): Range {
  return {
    min: capped(ranges.reduce((sum, { min }) => sum + min, 0)),
    max: capped(ranges.reduce((sum, { max }) => sum + max, 0)),
  };
}

export function multiply(a: Range, b: Range): Range {
  return { min: capped(a.min * b.min), max: capped(a.max * b.max) };
}

/** Fractions count as a whole. */
export function scale({ min, max }: Range, factor: number): Range {
  return { min: capped(Math.ceil(min * factor)), max: capped(Math.ceil(max * factor)) };
}

export function union(a: Range, b: Range): Range {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}
