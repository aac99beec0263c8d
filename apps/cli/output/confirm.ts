import { createInterface } from 'node:readline/promises';
import { CliError } from '../cli-error.ts';

/** Ask whoever sits there. Throws CliError, with these words, unless the answer is yes, and where nobody answers. */
export async function confirm(question: string, otherwise = 'aborting'): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const nobody = new Promise<string>(resolve => terminal.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([terminal.question(`${question}: [y/N] `), nobody]);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(otherwise);
  } finally {
    terminal.close();
  }
}
