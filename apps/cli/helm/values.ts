import { readFileSync } from 'node:fs';
import { mergeValues, type Values, ValuesError } from '@millrace/helm';
import { CliError } from '../cli-error.ts';
import { HelmCommandError } from './helm-error.ts';
import type { ValueOptions } from './value-flags.ts';

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
