import { runeCount } from '../byte-string.ts';

/** What stands between % and the verb. `plusV` and `sharpV` are + and # of the verb v. */
export interface Flags {
  width: number | undefined;
  precision: number | undefined;
  minus: boolean;
  plus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  plusV: boolean;
  sharpV: boolean;
  /** How many values have been printed so far: see countValue. */
  values: number;
}

export function noFlags(): Flags {
  return {
    width: undefined,
    precision: undefined,
    minus: false,
    plus: false,
    sharp: false,
    space: false,
    zero: false,
    plusV: false,
    sharpV: false,
    values: 0,
  };
}

/** More than fit into any text that may be made. */
const mostValues = 2 ** 22;

/**
 * Count a value that is printed within another. One value may hold another many times over, so that a few lines of
 * a template make one whose text has no end in sight. Throws RangeError, which ends the render.
 */
export function countValue(flags: Flags): void {
  if (++flags.values > mostValues) throw new RangeError(`Too many values: more than ${mostValues} to print`);
}

/** Fill up to the width, counted in runes. Zeros only on the left. */
export function pad(flags: Flags, text: string): string {
  if (!flags.width) return text;
  const lacking = flags.width - runeCount(text);
  if (lacking <= 0) return text;
  if (flags.minus) return text + ' '.repeat(lacking);
  return (flags.zero ? '0' : ' ').repeat(lacking) + text;
}

/** Fill up to the width with spaces whatever the zero flag says. */
export function padWithSpaces(flags: Flags, text: string): string {
  return pad({ ...flags, zero: false }, text);
}
