import { createInterface } from 'node:readline';
import { SubstitutionError, substitute } from '@millrace/envsubst';
import { CliError } from '../cli-error.ts';

/** `envsubst`: standard input, line by line, with the variables of the environment in it. */
export async function envsubst({ strict }: { strict?: boolean }): Promise<void> {
  const variables = Object.fromEntries(
    Object.entries(process.env).map(([name, value]) => [name, value ?? '']),
  );
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    try {
      process.stdout.write(`${substitute(line, variables, { strict: strict ?? false })}\n`);
    } catch (error) {
      if (error instanceof SubstitutionError) throw new CliError(error.message, { cause: error });
      throw error;
    }
  }
}
