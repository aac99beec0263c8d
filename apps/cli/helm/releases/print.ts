import { marshalJson, type Value } from '@millrace/go-template';
import { parseAll, stringify } from '@millrace/yaml';
import { displayWidth } from '../../output/display-width.ts';

export type Format = 'table' | 'json' | 'yaml';

/** A value of Go as `-o json` and `-o yaml` print it. */
export function formatValue(value: Value, format: 'json' | 'yaml'): string {
  const json = marshalJson(value);
  // Go makes YAML of JSON, so what is JSON's decides: the order of keys, numbers, what is left out.
  return format === 'json' ? `${json}\n` : stringify(parseAll(json)[0] ?? null);
}

/** A table as helm prints it: cells padded to their column, between tabs, the last one too. */
export function formatColumns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell));
  const pad = (cell: string, i: number) => cell + ' '.repeat(widths[i]! - displayWidth(cell));
  return rows.map(row => `${row.map(pad).join('\t')}\n`).join('');
}
