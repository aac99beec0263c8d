import { printable } from '@millrace/plain-text';

/** What comes from clusters and repositories may not rule a terminal; a file or another program gets it as it is. */
const forTerminal = (text: string) => printable(text, Number.POSITIVE_INFINITY);

/** What was asked for goes to standard output; `end` is a line break unless the text brings its own. */
export function print(text: string, end = '\n'): void {
  process.stdout.write((process.stdout.isTTY ? forTerminal(text) : text) + end);
}

const say = (symbol: string) => (text: string) =>
  void process.stderr.write(`${symbol} ${forTerminal(text)}\n`);

/** What is being done, on standard error, each line after Flux's symbol for it. */
export const tell = {
  action: say('►'),
  making: say('✚'),
  waiting: say('◎'),
  success: say('✔'),
  warning: say('⚠️'),
  failure: say('✗'),
};
