/** One thing that is wrong with an expression; line and column count from 1. */
export interface Issue {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** The expression does not parse or does not fit its types. The message shows each place, as cel-go prints it. */
export class CelError extends Error {
  override name = 'CelError';
  readonly issues: readonly Issue[];

  constructor(message: string, issues: readonly Issue[]) {
    super(message);
    this.issues = issues;
  }
}

/** The expression was evaluated and has no value: `division by zero`, `no such key: a`. */
export class EvaluationError extends Error {
  override name = 'EvaluationError';
}

/** The evaluation cost more than it may. Nothing absorbs it. */
export class CostLimitExceeded extends Error {
  override name = 'CostLimitExceeded';

  constructor() {
    super('operation cancelled: actual cost limit exceeded');
  }
}
