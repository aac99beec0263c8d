import { byteLength } from './byte-string.ts';

/** The text that nodes point into. `name` is the name given to the parser, which Go shows in errors. */
export interface Source {
  name: string;
  text: string;
}

/** Where in a template something went wrong. `column` counts bytes from 0, as Go does; parsing knows no column. */
export interface TemplatePlace {
  template: string;
  line: number;
  column?: number;
}

/** A template that cannot be parsed or executed, in the words of Go's text/template. */
export class TemplateError extends Error {
  override readonly name: string = 'TemplateError';
  readonly place: TemplatePlace | undefined;

  constructor(message: string, place?: TemplatePlace, options?: ErrorOptions) {
    super(message, options);
    this.place = place;
  }
}

/** A render passed one of its limits: see Limits. Functions of a template cannot catch and hide it. */
export class LimitError extends TemplateError {
  override readonly name = 'LimitError';
}

/** Line from 1 and column from 0, in bytes, of an offset into a source. */
export function placeOf(source: Source, offset: number): Required<TemplatePlace> {
  const before = source.text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++;
  return { template: source.name, line, column: byteLength(before.slice(start)) };
}

/** How an error says that a thread with a larger stack could go on. */
export const stackExhausted = 'templates or values nest too deeply: the stack is exhausted';

/** What ran out if an error says that the stack or the size of values is exhausted; undefined for other errors. */
export function exhaustion(error: unknown): string | undefined {
  if (!(error instanceof RangeError)) return undefined;
  const { message } = error;
  // No patterns here: on an exhausted stack they fail in ways of their own.
  if (message.includes('call stack')) return stackExhausted;
  // Other range errors are mistakes of a function, such as a negative count.
  return sizeProblems.some(problem => message.startsWith(problem))
    ? `a value is too large: ${message}`
    : undefined;
}

const sizeProblems = [
  'Invalid string length',
  'Invalid array length',
  'Array buffer allocation failed',
  'Too many values',
];
