import { pointerOf } from './pointer.ts';
import { quoted } from './quote.ts';

/** Why a value does not meet a schema, and the failures below that it comes from. */
export interface Failure {
  /** The keys that lead to the value. */
  path: readonly string[];
  /** `group` gathers several failures of one schema, `reference` those of a schema that another refers to. */
  kind: 'keyword' | 'group' | 'reference';
  /** In the words of the library that Helm uses. */
  message: () => string;
  causes: Failure[];
}

/** What is enough to know where only whether something fails matters. */
export const someFailure: Failure = { path: [], kind: 'keyword', message: () => 'failed', causes: [] };

/** One line a failure, each under the one that it explains, `- at '/path': message`. */
export function failureText(failures: readonly Failure[]): string {
  return failures.flatMap(failure => linesOf(failure, '')).join('\n');
}

function linesOf(failure: Failure, indent: string): string[] {
  const below = (by: string) => failure.causes.flatMap(cause => linesOf(cause, by));
  // A reference adds nothing to the one failure behind it.
  if (failure.kind === 'reference' && failure.causes.length === 1) return below(indent);
  const line = `${indent}- at ${quoted(pointerOf(failure.path))}: ${failure.message()}`;
  return [line, ...below(`${indent}  `)];
}
