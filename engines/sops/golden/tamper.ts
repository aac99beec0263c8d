import type { Recorded } from './record.ts';

/** One change of a file, line by line: what somebody may do to it who has not its key. */
export interface Tampered {
  name: string;
  text: string;
}

const swapped = (character: string) => (character === 'A' ? 'B' : character === '1' ? '2' : 'A');

/** Changes one character of a line in the middle of its value. */
function flip(line: string): string {
  const start = line.search(/[=:]\s*\S/);
  const from = start < 0 ? 0 : start + 1;
  const at = from + Math.floor((line.length - from) / 2);
  return line.slice(0, at) + swapped(line[at] ?? '') + line.slice(at + 1);
}

/** Every line changed, left out, written twice, and put before the one above it. */
export function tamper({ encrypted }: Pick<Recorded, 'encrypted'>): Tampered[] {
  const lines = encrypted.split('\n');
  const withLines = (at: number, count: number, ...put: string[]) => lines.toSpliced(at, count, ...put).join('\n');
  return lines.flatMap((line, i) => [
    { name: `line ${i + 1} changed`, text: withLines(i, 1, flip(line)) },
    { name: `line ${i + 1} left out`, text: withLines(i, 1) },
    { name: `line ${i + 1} twice`, text: withLines(i, 0, line) },
    { name: `line ${i + 1} higher`, text: i === 0 ? encrypted : withLines(i - 1, 2, line, lines[i - 1]!) },
  ]);
}
