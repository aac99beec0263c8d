import type { Value } from './value.ts';

/** What a render may use up. Passing one throws LimitError with template and line. */
export interface Limits {
  /** UTF-16 units of text, of the output and of any one value that a function makes. */
  outputSize: number;
  /** Templates within templates, include counted. Go allows 100000; the JavaScript stack ends before. */
  depth: number;
  /** Actions, loop turns and template calls. */
  steps: number;
  /** Asked every thousand steps or so; true ends the render. This is where a caller's clock comes in. */
  expired?: () => boolean;
}

export const defaultLimits: Limits = { outputSize: 64 * 1024 * 1024, depth: 100_000, steps: 50_000_000 };

/** How a missing key of a map is taken: as no value, as the zero value of its type, or as an error. */
export type MissingKey = 'default' | 'zero' | 'error';

export interface ExecuteOptions {
  missingKey?: MissingKey;
  limits?: Partial<Limits>;
  signal?: AbortSignal | undefined;
  /** Shared by executions that count together against one set of limits; then `limits` and `signal` are its own. */
  budget?: Budget | undefined;
}

const checkEvery = 1024;
/** UTF-16 units of text that count as a step. */
const textOfStep = 1024;

/** The limits of one render, shared by all executions within it. */
export class Budget {
  readonly limits: Limits;
  readonly #signal: AbortSignal | undefined;
  #steps = 0;
  /** Steps since the clock and the signal were last asked. */
  #unchecked = 0;

  constructor(options: Pick<ExecuteOptions, 'limits' | 'signal'> = {}) {
    this.limits = { ...defaultLimits, ...options.limits };
    this.#signal = options.signal;
  }

  /** Count a step. Returns what is wrong if the render must end. */
  step(): string | undefined {
    return this.spend(1);
  }

  /** Count work that takes as long as so many steps do. */
  spend(steps: number): string | undefined {
    this.#steps += steps;
    if (this.#steps > this.limits.steps) return `exceeded the limit of ${this.limits.steps} steps`;
    this.#unchecked += steps;
    if (this.#unchecked < checkEvery) return undefined;
    this.#unchecked = 0;
    if (this.#signal?.aborted) return 'the render was aborted';
    return this.limits.expired?.() ? 'exceeded the time limit' : undefined;
  }

  /** A long text that a function makes takes as long as some steps. */
  spendText(text: Value): string | undefined {
    return typeof text === 'string' && text.length > textOfStep
      ? this.spend(text.length / textOfStep)
      : undefined;
  }

  /** What is wrong with a value or output that is too long. */
  tooLong(text: Value): string | undefined {
    return typeof text === 'string' ? this.tooMuch(text.length) : undefined;
  }

  /** What is wrong with so many UTF-16 units of text. */
  tooMuch(length: number): string | undefined {
    if (length <= this.limits.outputSize) return undefined;
    return `exceeded the output limit of ${this.limits.outputSize} characters`;
  }
}
