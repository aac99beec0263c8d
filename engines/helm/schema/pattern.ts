import { RE2JS } from 're2js';

/** A regular expression in RE2's syntax, and its text. */
export interface Pattern {
  source: string;
  test: (text: string) => boolean;
}

/** A regular expression as Go has it; it matches in linear time. Throws what is wrong with it, in Go's words. */
export function compilePattern(source: string): Pattern {
  const expression = RE2JS.compile(source);
  return { source, test: text => expression.matcher(text).find() };
}
