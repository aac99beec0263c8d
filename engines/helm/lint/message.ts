export type Severity = 'INFO' | 'WARNING' | 'ERROR';

/** What the linter says of a chart. */
export interface LintMessage {
  severity: Severity;
  /** The file or folder that it is about; the chart's own path, or '', for the whole. */
  path: string;
  message: string;
}

/** Takes down what rules find. */
export class LintReport {
  readonly messages: LintMessage[] = [];

  /** Take down a problem, if there is one; true if there is none. */
  check(severity: Severity, path: string, problem: string | undefined): boolean {
    if (problem !== undefined) this.messages.push({ severity, path, message: problem });
    return problem === undefined;
  }
}

/** The message of an error, undefined where nothing is thrown. */
export function problemOf(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
