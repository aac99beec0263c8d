import { trimStart } from './white-space.ts';

/** Three dashes at the start of a line, whatever follows them: charts rely on it. */
const separator = /(?<![^\n])---[ \t]*/;

/**
 * The documents of a rendered text, without the white space before them. Those that are blank are left out.
 *
 * Rule: SplitManifests in pkg/release/v1/util of helm v4.3.1
 */
export function splitManifests(text: string): string[] {
  return trimStart(text)
    .split(separator)
    .map(trimStart)
    .filter(document => document !== '');
}
