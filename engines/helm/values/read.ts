import { parseAll } from '@millrace/yaml';
import type { Values } from '../chart/chart.ts';
import { isTable, mergeMaps } from './table.ts';
import { ValuesError } from './values-error.ts';

/**
 * A file of values. Its documents are merged, later ones over earlier ones. Numbers are float64, of a key that is given
 * twice the last counts, keys that are no strings become such.
 * @throws ValuesError with the file's name, line and column. Rule: loader.LoadValues and sigs.k8s.io/yaml.
 */
export function readValues(text: string, source: string): Values {
  let values: Values = {};
  // Helm ends the last line if the file does not: a block of text there keeps its line break.
  for (const document of documentsOf(text === '' || text.endsWith('\n') ? text : `${text}\n`)) {
    const read = readDocument(document, source);
    values = Object.keys(values).length === 0 ? read : mergeMaps(values, read);
  }
  return values;
}

/** The texts between lines that begin with `---`, each preceded by the lines of those before it, left blank. */
function documentsOf(text: string): string[] {
  if (!/^---/m.test(text)) return [text];
  const documents: string[] = [];
  let current = '';
  let blank = '';
  for (const line of text.split(/(?<=\n)/)) {
    if (line.startsWith('---')) {
      const rest = line.slice(3).trim();
      if (rest !== '' && !rest.startsWith('#')) {
        throw new ValuesError(`error reading yaml document: invalid Yaml document separator: ${rest}`);
      }
      if (current.trim() !== '') documents.push(blank.slice(0, -newLines(current)) + current);
      current = '';
    } else current += line;
    blank += '\n';
  }
  return current.trim() === ''
    ? documents
    : [...documents, blank.slice(0, -newLines(current) || undefined) + current];
}

function newLines(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

function readDocument(text: string, source: string): Values {
  let value: unknown;
  try {
    value = parseAll(text, { source, duplicates: 'last' })[0] ?? {};
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new ValuesError(`cannot unmarshal yaml document: error converting YAML to JSON: yaml: ${problem}`, {
      cause,
    });
  }
  if (isTable(value as Values)) return value as Values;
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  throw new ValuesError(
    `cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`,
  );
}
