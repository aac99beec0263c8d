import { CelError, type Issue } from '../error.ts';

/** Something wrong at an offset of the text, counted in code points; -1 for the whole. */
export interface Problem {
  readonly offset: number;
  readonly message: string;
}

/** The text of an expression by its code points, as cel-go counts its columns. */
export class Source {
  readonly text: string;
  readonly points: readonly string[];

  constructor(text: string) {
    this.text = text;
    this.points = Array.from(text);
  }

  /** The error that names all problems in the order of their places, each with its line and a mark below. */
  error(problems: readonly Problem[]): CelError {
    const issues = problems.map(problem => this.#issue(problem));
    issues.sort((a, b) => a.line - b.line || a.column - b.column);
    return new CelError(issues.map(issue => this.#shown(issue)).join('\n'), issues);
  }

  #issue({ offset, message }: Problem): Issue {
    if (offset < 0) return { line: -1, column: 0, message };
    const before = this.points.slice(0, offset);
    const start = before.lastIndexOf('\n') + 1;
    return {
      line: before.reduce((count, point) => count + (point === '\n' ? 1 : 0), 1),
      column: offset - start + 1,
      message,
    };
  }

  #shown({ line, column, message }: Issue): string {
    if (line < 0) return `ERROR: <input>:-1:0: ${message}`;
    const shown = (this.text.split('\n')[line - 1] ?? '').replaceAll('\t', ' ');
    const points = Array.from(shown).slice(0, column - 1);
    // The mark stays below its place where characters are two columns wide.
    const dots = points.map(point => (isWide(point) ? '．' : '.')).join('');
    const mark = isWide(Array.from(shown)[column - 1] ?? '') ? '＾' : '^';
    return `ERROR: <input>:${line}:${column}: ${message}\n | ${shown}\n | ${dots}${mark}`;
  }
}

function isWide(point: string): boolean {
  return (point.codePointAt(0) ?? 0) > 127;
}
