import { RE2JS } from 're2js';

/** A regular expression that a schema's author wrote in Go's syntax. */
export type Pattern = { readonly test: (text: string) => boolean; readonly problem: string | undefined };

const compiled = new Map<string, Pattern>();
const mostKept = 2_000;

/**
 * Compiles a pattern once; `problem` says why it is no regular expression. Matching takes linear time whatever the
 * pattern and the text.
 */
export function compilePattern(source: string): Pattern {
  let pattern = compiled.get(source);
  if (!pattern) {
    if (compiled.size >= mostKept) compiled.clear();
    compiled.set(source, (pattern = compile(source)));
  }
  return pattern;
}

function compile(source: string): Pattern {
  try {
    const expression = RE2JS.compile(source);
    return { test: text => expression.matcher(text).find(), problem: undefined };
  } catch (error) {
    return { test: () => false, problem: error instanceof Error ? error.message : String(error) };
  }
}
