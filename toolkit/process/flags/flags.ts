import { parseDuration } from '@millrace/api/duration';

/** A flag of a controller, as Flux's controllers have it. */
export interface Flag<T> {
  /** Without the dashes: `concurrent`. */
  name: string;
  /** What the value is, for help and errors; `boolean` may be left out on the command line, `list` may be repeated. */
  kind: 'boolean' | 'number' | 'duration' | 'text' | 'list';
  initial: T;
  /** What it is in a Pod, where that is another than elsewhere. */
  inPod?: T;
  /** The variable of the environment that stands in for it where it is left out. */
  variable?: string;
  help: string;
  /** Throws an error that says what is expected. */
  parse(text: string): T;
}

export type FlagSet = Record<string, Flag<unknown>>;

/** The values of a set of flags, by the names that the code has for them. */
export type ValuesOf<S extends FlagSet> = { [K in keyof S]: S[K] extends Flag<infer T> ? T : never };

/** A flag has a value that it cannot have. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

export const boolean = (name: string, initial: boolean, help: string): Flag<boolean> => ({
  name,
  kind: 'boolean',
  initial,
  help,
  // The words that Go's strconv.ParseBool takes.
  parse(text) {
    if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
    if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
    throw new TypeError('true or false is expected');
  },
});

/** A whole number from 0 on, or any number from 0 on where `whole` is false. */
export const number = (
  name: string,
  initial: number,
  help: string,
  { least = 0, whole = true } = {},
): Flag<number> => ({
  name,
  kind: 'number',
  initial,
  help,
  parse(text) {
    const value = /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && (!whole || Number.isInteger(value))) return value;
    throw new TypeError(`a ${whole ? 'whole ' : ''}number from ${least} on is expected`);
  },
});

/** In milliseconds; `initial` as Go writes it. */
export const duration = (name: string, initial: string, help: string): Flag<number> => ({
  name,
  kind: 'duration',
  initial: parseDuration(initial),
  help: `${help} (default ${initial})`,
  parse: parseDuration,
});

/** An empty text is the same as none: whoever names nothing says so by leaving the flag out, not by blanks. */
export const text = (
  name: string,
  initial: string,
  help: string,
  more: Pick<Flag<string>, 'inPod' | 'variable'> = {},
): Flag<string> => ({
  name,
  kind: 'text',
  initial,
  ...more,
  help,
  parse(value) {
    if (value !== '' && value.trim() === '') throw new TypeError('blanks are no value');
    return value;
  },
});

export const choice = <const Words extends string[]>(
  name: string,
  words: Words,
  initial: Words[number],
  help: string,
): Flag<Words[number]> => ({
  name,
  kind: 'text',
  initial,
  help: `${help}: ${words.join(', ')}`,
  parse(value) {
    const found = words.find(word => word === value);
    if (found === undefined) throw new TypeError(`one of ${words.join(', ')} is expected`);
    return found;
  },
});

/** Texts, each by a flag of its own; none of them empty, for an empty one would stand for everything. */
export const list = (name: string, help: string): Flag<string[]> => ({
  name,
  kind: 'list',
  initial: [],
  help,
  parse(value) {
    if (value.trim() === '') throw new TypeError('a value is expected');
    return [value];
  },
});

/**
 * The values of a set of flags.
 *
 * @param given what stands on the command line for a flag; undefined where it is left out
 * @param inPod whether what is left out is as in a Pod
 * @throws FlagError that names the flag
 */
export function valuesOf<S extends FlagSet>(
  set: S,
  given: (name: string) => string | string[] | undefined,
  inPod = false,
): ValuesOf<S> {
  const entries = Object.entries(set).map(([key, flag]) => [key, read(flag, given(flag.name), inPod)]);
  return Object.fromEntries(entries) as ValuesOf<S>;
}

function read(flag: Flag<unknown>, given: string | string[] | undefined, inPod: boolean): unknown {
  if (given === undefined) return inPod && 'inPod' in flag ? flag.inPod : flag.initial;
  const texts = typeof given === 'string' ? [given] : given;
  const values = texts.map(value => {
    try {
      return flag.parse(value);
    } catch (error) {
      const problem = `invalid argument "${value}" for "--${flag.name}" flag: ${(error as Error).message}`;
      throw new FlagError(problem, { cause: error });
    }
  });
  return flag.kind === 'list' ? values.flat() : values.at(-1);
}
