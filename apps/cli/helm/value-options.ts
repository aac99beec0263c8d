import { readFileSync } from 'node:fs';
import { mergeValues, type Values, ValuesError } from '@millrace/helm';
import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.ts';
import { HelmCommandError } from './helm-error.ts';

/** The flags that give values, as helm has them. */
export interface ValueOptions {
  values?: string[];
  set?: string[];
  setString?: string[];
  setJson?: string[];
  setFile?: string[];
  setLiteral?: string[];
}

const collect = (value: string, before: string[] = []) => [...before, value];

export function addValueOptions(command: Command): Command {
  const repeated = (flags: string, description: string) =>
    command.addOption(new Option(flags, description).argParser(collect));
  command.addOption(
    new Option('-f, --values <file>', 'a YAML file of values; - reads the standard input').argParser(
      (value: string, before: string[] = []) => [...before, ...value.split(',')],
    ),
  );
  repeated('--set <values>', 'key1=value1,key2=value2: numbers, booleans and null are such');
  repeated('--set-string <values>', 'the same, every value a text');
  repeated('--set-json <values>', 'key1=JSON,key2=JSON, or a JSON object');
  repeated('--set-file <values>', 'key1=path1,key2=path2: the content of files');
  return repeated('--set-literal <value>', 'key=text: nothing in the text has a meaning');
}

/** The values of the flags, merged as Helm merges them. Throws HelmCommandError. */
export function valuesOf(options: ValueOptions): Values {
  try {
    return mergeValues({
      files: (options.values ?? []).map(name => ({ name, data: readGiven(name) })),
      json: options.setJson ?? [],
      set: options.set ?? [],
      strings: options.setString ?? [],
      fileValues: options.setFile ?? [],
      literals: options.setLiteral ?? [],
      readFile: readGiven,
    });
  } catch (error) {
    throw error instanceof ValuesError ? new HelmCommandError(error.message, { cause: error }) : error;
  }
}

function readGiven(name: string): Uint8Array {
  if (name.trim() === '-') return readFileSync(0);
  if (/^https?:\/\//.test(name)) throw new CliError(`${name}: values are read from the disk`);
  try {
    return readFileSync(name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new HelmCommandError(`open ${name}: ${wording(error as NodeJS.ErrnoException)}`, { cause: error });
  }
}

/** As Go words the errors of files. */
function wording({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'no such file or directory';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'EISDIR') return 'is a directory';
  return message;
}
