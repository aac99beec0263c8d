import { readFileSync } from 'node:fs';
import { mergeValues, type Values, ValuesError } from '@millrace/helm';
import { HelmCommandError } from './helm-error.ts';
import type { ValueOptions } from './value-flags.ts';

/** The values of the flags, merged as Helm merges them. Throws HelmCommandError. */
export async function valuesOf(options: ValueOptions): Promise<Values> {
  const fetched = await fetchAll([...(options.values ?? []), ...filesIn(options.setFile)]);
  const readGiven = (name: string) => fetched.get(name) ?? readFrom(name);
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

/** The files that `--set-file` names. */
function filesIn(flags: string[] = []): string[] {
  return flags.flatMap(flag => flag.split(',').map(part => part.slice(part.indexOf('=') + 1)));
}

/** What lies behind URLs. */
async function fetchAll(names: string[]): Promise<Map<string, Uint8Array>> {
  const urls = [...new Set(names)].filter(name => /^https?:\/\//.test(name));
  const fetched = new Map<string, Uint8Array>();
  if (urls.length === 0) return fetched;
  const { GetError, httpGet } = await import('../http-get.ts');
  for (const url of urls) {
    const { body } = await httpGet(url, limits).catch((error: unknown) => {
      if (!(error instanceof GetError)) throw error;
      throw new HelmCommandError(`failed to fetch ${url} : ${error.message}`, { cause: error });
    });
    fetched.set(url, body);
  }
  return fetched;
}

const limits = { patience: 120_000, size: 64 * 2 ** 20 };

function readFrom(name: string): Uint8Array {
  if (name.trim() === '-') return readFileSync(0);
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
