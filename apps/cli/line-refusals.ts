import { calledAs } from './version.ts';

/** What commander says of a command line, and what Flux's users know instead. */
const words: [commander: RegExp, flux: (...found: string[]) => string][] = [
  [/^unknown command '([^']*)'/, word => `unknown command "${word}" for "${calledAs()}"`],
  [/^unknown option '(--[^'=]*)(?:=[^']*)?'/, flag => `unknown flag: ${flag}`],
  [
    /^unknown option '-(\w)([^']*)'/,
    (letter, rest) => `unknown shorthand flag: '${letter}' in -${letter}${rest}`,
  ],
  [/^option '(?:-\w, )?(--[\w-]+) [^']*' argument missing/, flag => `flag needs an argument: ${flag}`],
  [/^missing required argument '\w+'/, () => 'accepts 1 arg(s), received 0'],
  [
    /^too many arguments for '(\w+)'\. Expected 0 arguments but got \d+: ([^,\n]*)/,
    (command, first) => `unknown command "${first.replace(/\.$/, '')}" for "${calledAs()} ${command}"`,
  ],
  [
    /^too many arguments for '[^']*'\. Expected (\d+) arguments? but got (\d+):/,
    (wanted, given) => `accepts ${wanted} arg(s), received ${given}`,
  ],
];

/** As cobra writes it: `(Did you mean get?)`, a line for each. */
function suggested(line: string): string {
  const end = line.indexOf('\n');
  const rest = end < 0 ? '\n' : line.slice(end);
  const names = /^\n\(Did you mean (?:one of )?([^?]*)\?\)/.exec(rest)?.[1];
  return names
    ? `\n\nDid you mean this?\n${names
        .split(', ')
        .map(name => `\t${name}\n`)
        .join('')}\n`
    : rest;
}

/** @param text an error of commander, which may go on with a suggestion on a line of its own */
export function refusalOf(text: string): string {
  const said = text.replace(/^error: /, '');
  for (const [pattern, flux] of words) {
    const found = pattern.exec(said);
    if (found) return flux(...found.slice(1)) + suggested(said.slice(found[0].length));
  }
  return said;
}
