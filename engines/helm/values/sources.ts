import { fromBytes } from '@millrace/go-template';
import type { Values } from '../chart/chart.ts';
import { readJsonValue } from './json-value.ts';
import { readValues } from './read.ts';
import { type Syntax, setInto } from './set.ts';
import { fileSyntax, jsonSyntax, literalSyntax, stringSyntax, typedSyntax } from './set-syntax.ts';
import { copyTable, isTable, mergeMaps } from './table.ts';
import { ValuesError } from './values-error.ts';

/** Where values come from, each kind in the order in which it is given. */
export interface ValueSources {
  /** `-f`: files by name and content, or values that are read already, which are copied. */
  files?: ({ name: string; data: Uint8Array } | { values: Values })[];
  /** `--set-json`: `key=JSON,...`, or a whole JSON object. */
  json?: string[];
  /** `--set` */
  set?: string[];
  /** `--set-string` */
  strings?: string[];
  /** `--set-file` */
  fileValues?: string[];
  /** Gives the content of a file that `--set-file` names; what it throws is thrown. */
  readFile?: (path: string) => Uint8Array;
  /** `--set-literal` */
  literals?: string[];
}

/**
 * One table of values of all sources. The kinds go in the order of the fields of ValueSources, later ones over earlier
 * ones, whatever their order on a command line: so Helm has it.
 * @throws ValuesError that names the file, or the flag and what is wrong behind it.
 */
export function mergeValues(sources: ValueSources): Values {
  let values: Values = {};
  for (const file of sources.files ?? []) {
    values = mergeMaps(values, 'values' in file ? copyTable(file.values) : readFileValues(file));
  }
  for (const text of sources.json ?? []) values = withJson(values, text);
  const apply = (flag: string, texts: string[] | undefined, syntax: Syntax) => {
    for (const text of texts ?? []) naming(flag, () => setInto(values, text, syntax));
  };
  apply('--set', sources.set, typedSyntax);
  apply('--set-string', sources.strings, stringSyntax);
  apply('--set-file', sources.fileValues, fileSyntax(readerOf(sources)));
  apply('--set-literal', sources.literals, literalSyntax);
  return values;
}

function readFileValues({ name, data }: { name: string; data: Uint8Array }): Values {
  try {
    return readValues(fromBytes(data), name);
  } catch (cause) {
    if (!(cause instanceof ValuesError)) throw cause;
    throw new ValuesError(`failed to parse ${name}: ${cause.message}`, { cause });
  }
}

function naming(flag: string, set: () => void): void {
  try {
    set();
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new ValuesError(`failed parsing ${flag} data: ${cause.message}`, { cause });
  }
}

function readerOf({ readFile }: ValueSources): (path: string) => string {
  return path => {
    if (readFile === undefined) throw new ValuesError(`open ${path}: there are no files here`);
    return fromBytes(readFile(path));
  };
}

/** Helm says no more of JSON than that it is wrong; the cause says what. */
function withJson(values: Values, text: string): Values {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) {
    try {
      setInto(values, text, jsonSyntax);
      return values;
    } catch (cause) {
      throw new ValuesError(`failed parsing --set-json data ${text}`, { cause });
    }
  }
  try {
    const { value, length } = readJsonValue(trimmed);
    if (length < trimmed.length || !isTable(value))
      throw new ValuesError('invalid JSON: text behind the object');
    return mergeMaps(values, value);
  } catch (cause) {
    throw new ValuesError(`failed parsing --set-json data JSON: ${text}`, { cause });
  }
}
