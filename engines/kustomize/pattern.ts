import { RE2JS } from 're2js';
import { BuildError } from './build-error.ts';

/** Characters of a regular expression: of a selector, an image name or a field path. */
const longest = 1_000;

/** A regular expression in Go's syntax. `what` names it in errors. @throws BuildError for what is none, or too long */
export function compilePattern(source: string, what: string): RE2JS {
  if (source.length > longest) {
    throw new BuildError(
      `${what} has ${source.length} characters, more than the ${longest} that a pattern may have`,
    );
  }
  try {
    return RE2JS.compile(source);
  } catch (cause) {
    throw new BuildError(`${what} is no regular expression`, {}, { cause });
  }
}
