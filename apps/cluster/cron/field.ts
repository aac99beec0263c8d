/** The text is no schedule; the message is the one that Kubernetes gives. */
export class BadSchedule extends Error {
  override name = 'BadSchedule';
}

/** What one of the five fields may hold. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
  /** Names for numbers, the first one for `least`. */
  readonly names?: readonly string[];
}

/** The numbers at which a field lets a schedule run. */
export interface Field {
  readonly values: ReadonlySet<number>;
  /** It was `*` or `?`: of the day of the month and that of the week, such a one does not count beside the other. */
  readonly open: boolean;
}

/** Read one field: a list of numbers, names and ranges, each with or without a step. Throws BadSchedule. */
export function parseField(text: string, bounds: Bounds): Field {
  const values = new Set<number>();
  let open = false;
  for (const part of text.split(',').filter(Boolean)) {
    const { first, last, step, any } = parseRange(part, bounds);
    for (let value = first; value <= last; value += step) values.add(value);
    open ||= any;
  }
  return { values, open };
}

interface Range {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  readonly any: boolean;
}

function parseRange(text: string, bounds: Bounds): Range {
  const [range = '', stepText, ...more] = text.split('/');
  const ends = range.split('-');
  const any = ends[0] === '*' || ends[0] === '?';
  if (!any && ends.length > 2) throw new BadSchedule(`too many hyphens: ${text}`);
  const first = any ? bounds.least : numberOrName(ends[0]!, bounds);
  let last = any ? bounds.most : ends.length === 2 ? numberOrName(ends[1]!, bounds) : first;
  if (more.length > 0) throw new BadSchedule(`too many slashes: ${text}`);
  const step = stepText === undefined ? 1 : parseNumber(stepText);
  // `5/15` begins at 5 and goes on to the end.
  if (stepText !== undefined && ends.length === 1) last = bounds.most;
  const wrong = rangeProblem(first, last, step, bounds);
  if (wrong) throw new BadSchedule(`${wrong}: ${text}`);
  return { first, last, step, any: any && step === 1 };
}

function rangeProblem(
  first: number,
  last: number,
  step: number,
  { least, most }: Bounds,
): string | undefined {
  if (first < least) return `beginning of range (${first}) below minimum (${least})`;
  if (last > most) return `end of range (${last}) above maximum (${most})`;
  if (first > last) return `beginning of range (${first}) beyond end of range (${last})`;
  return step === 0 ? 'step of range should be a positive number' : undefined;
}

function numberOrName(text: string, { names = [], least }: Bounds): number {
  const named = names.indexOf(text.toLowerCase());
  return named === -1 ? parseNumber(text) : named + least;
}

function parseNumber(text: string): number {
  if (!/^[-+]?\d+$/.test(text)) {
    const why = `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
    throw new BadSchedule(`failed to parse int from ${text}: ${why}`);
  }
  const number = Number(text);
  if (number < 0) throw new BadSchedule(`negative number (${number}) not allowed: ${text}`);
  return number;
}
