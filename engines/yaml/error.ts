/** What is wrong with a YAML text, and where: `source` is the file's name, line and column count from 1. */
export class YamlError extends Error {
  readonly problem: string;
  readonly source: string | undefined;
  readonly line: number;
  readonly column: number;

  constructor(problem: string, at: { source?: string | undefined; line: number; column: number }) {
    super(`${at.source ?? 'yaml'}:${at.line}:${at.column}: ${problem}`);
    this.name = 'YamlError';
    this.problem = problem;
    this.source = at.source;
    this.line = at.line;
    this.column = at.column;
  }
}
