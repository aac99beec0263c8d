import { printable } from '@millrace/plain-text';

/** A line of `up`. What comes from repositories and the cluster may not rule the terminal. */
export function say(symbol: string, text: string): void {
  console.log(`${symbol} ${printable(text)}`);
}

/** A line whose parts were made printable, and which may be coloured. */
export function show(line: string): void {
  console.log(line);
}
