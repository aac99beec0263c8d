import { printable } from '@millrace/git';

/** A line of `up`. What comes from repositories and the cluster may not rule the terminal. */
export function say(symbol: string, text: string): void {
  console.log(`${symbol} ${printable(text)}`);
}
