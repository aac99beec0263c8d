import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { listOption } from '../commands/group.ts';

/** What every `create` takes. */
export interface CreateOptions {
  interval: string;
  /** Whether the user has chosen the interval. */
  intervalGiven?: boolean;
  export?: boolean;
  label?: string[];
}

export function withCreateOptions(command: Command): Command {
  return command
    .option('--interval <duration>', 'how often it is reconciled', '1m0s')
    .option('--export', 'print the manifest, and change nothing')
    .addOption(listOption('--label <key=value>', 'a label of the object; several between commas'));
}

/**
 * An option that has one of some values. What is said of another is Flux's.
 * @param what `source OCI provider`; or words with `%` in the place of the value
 */
export function oneOf(flags: string, description: string, values: readonly string[], what: string): Option {
  const name = /^--[a-z-]+/.exec(flags)?.[0] ?? flags;
  const words = what.includes('%') ? what : `${what} '%' is not supported`;
  return new Option(flags, `${description}: ${values.join(', ')}`).argParser((value: string) => {
    if (values.includes(value)) return value;
    const why = `${words.replace('%', value)}, must be one of: ${values.join(', ')}`;
    throw new CliError(`invalid argument "${value}" for "${name}" flag: ${why}`);
  });
}

/** Whose registries and buckets there are. */
export const providers = ['generic', 'aws', 'azure', 'gcp'];

/** Of a new key of SSH. */
export function withKeyOptions(parent: Command): Command {
  return parent
    .addOption(
      oneOf(
        '--ssh-key-algorithm <name>',
        'of a new key',
        ['rsa', 'ecdsa', 'ed25519'],
        "unsupported public key algorithm '%'",
      ).default('ecdsa'),
    )
    .addOption(new Option('--ssh-rsa-bits <bits>', 'of a new key of RSA').argParser(rsaBits).default('2048'))
    .addOption(
      oneOf(
        '--ssh-ecdsa-curve <name>',
        'of a new key of ECDSA',
        ['p256', 'p384', 'p521'],
        "unsupported curve '%'",
      ).default('p384'),
    );
}

function rsaBits(text: string): string {
  const bits = Number(text);
  const refuse = (why: string) =>
    new CliError(`invalid argument "${text}" for "--ssh-rsa-bits" flag: ${why}`);
  if (!/^\d{1,6}$/.test(text)) throw refuse(`strconv.Atoi: parsing "${text}": invalid syntax`);
  if (bits < 1024) throw refuse('RSA key bit size must be at least 1024');
  if (bits % 8 !== 0) throw refuse('RSA key bit size must be a multiples of 8');
  return text;
}
