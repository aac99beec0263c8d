import type { Command, Option } from 'commander';
import { CliError } from './cli-error.ts';

/**
 * Rewrite flags that Flux users write as Go's flag packages read them: `--wait=false` becomes `--no-wait` (or nothing,
 * where false is the default anyway) and `-n=apps` becomes `-n apps`. Throws CliError for a boolean that is none.
 */
export function readGoFlags(args: readonly string[], program: Command): string[] {
  const options = new Map<string, Option>();
  collect(program, options);
  const end = args.indexOf('--');
  const flags = end < 0 ? args : args.slice(0, end);
  const own = new Map<string, Option>();
  for (const command of named(flags, program)) note(command, own);
  for (const [flag, option] of own) options.set(flag, option);
  return [...flags.flatMap(arg => rewrite(arg, options, own)), ...(end < 0 ? [] : args.slice(end))];
}

/**
 * The command that the words of a command line name: the program itself where they name none.
 * @param more options that the program is yet to have
 */
export function namedCommand(args: readonly string[], program: Command, more: readonly Option[]): Command {
  const end = args.indexOf('--');
  return named(end < 0 ? args : args.slice(0, end), program, more).at(-1) ?? program;
}

/** The commands that the words name, each within the one before: their flags count where several commands have one. */
function named(args: readonly string[], program: Command, more: readonly Option[] = []): Command[] {
  const chain = [program];
  let isValue = false;
  for (const word of args) {
    if (isValue) isValue = false;
    else if (word.startsWith('-')) {
      const options = [...chain.flatMap(command => command.options), ...more];
      isValue = options.find(({ long, short }) => word === long || word === short)?.required ?? false;
    } else {
      const { commands } = chain.at(-1)!;
      const child = commands.find(command => command.name() === word || command.aliases().includes(word));
      if (child) chain.push(child);
    }
  }
  return chain;
}

function note(command: Command, options: Map<string, Option>): void {
  for (const option of command.options) {
    for (const flag of [option.short, option.long]) if (flag) options.set(flag, option);
  }
}

function collect(command: Command, options: Map<string, Option>): void {
  note(command, options);
  for (const child of command.commands) collect(child, options);
}

/** @param own those of the commands that the line names */
function rewrite(arg: string, options: Map<string, Option>, own: Map<string, Option>): string[] {
  const [, flag, value] = /^(--[^=]+|-[A-Za-z])=(.*)$/s.exec(arg) ?? [];
  // A flag that may go without a value takes one behind `=` only.
  const bare = options.get(arg);
  if (bare?.optional && !bare.required) return [`${arg}=true`];
  const option = flag === undefined ? undefined : options.get(flag);
  if (!option || flag === undefined || value === undefined) return [arg];
  if (option.negate) return parseBoolean(value, option) ? [flag] : [];
  if (!option.isBoolean()) return flag.startsWith('--') ? [arg] : [flag, value];
  if (parseBoolean(value, option)) return [flag];
  const opposite = `--no-${option.long?.slice(2)}`;
  return own.has(opposite) ? [opposite] : [];
}

/** The words that Go's strconv.ParseBool takes. */
function parseBoolean(value: string, option: Option): boolean {
  if (/^(1|t|T|TRUE|true|True)$/.test(value)) return true;
  if (/^(0|f|F|FALSE|false|False)$/.test(value)) return false;
  const problem = `strconv.ParseBool: parsing "${value}": invalid syntax`;
  throw new CliError(`invalid argument "${value}" for "${option.flags}" flag: ${problem}`);
}
