import { fromBytes } from '@millrace/go-template';
import { parseAll } from '@millrace/yaml';
import type { Values } from '../chart/chart.ts';
import { schemaProblem } from '../schema/validate-values.ts';
import { mergeTables } from '../values/merge-tables.ts';
import { copyTable, isTable } from '../values/table.ts';
import { type LintReport, problemOf } from './message.ts';

const file = 'values.yaml';

/** The rules for values.yaml: its first document is YAML, and meets the chart's schema with the user's values over it. */
export function lintValues(
  report: LintReport,
  files: ReadonlyMap<string, Uint8Array>,
  overrides: Values,
  skipSchema: boolean,
): void {
  const data = files.get(file);
  if (!report.check('INFO', file, data === undefined ? 'file does not exist' : undefined)) return;
  let values: Values = {};
  const problem = problemOf(() => {
    values = firstDocument(fromBytes(data!));
  });
  if (problem !== undefined) report.check('ERROR', file, `unable to parse YAML: ${problem}`);
  const schema = files.get('values.schema.json');
  if (problem !== undefined || skipSchema || schema === undefined || schema.length === 0) return;
  const silent = () => {};
  const merged = mergeTables({}, copyTable(overrides), 'coalesce', '', silent);
  report.check(
    'ERROR',
    file,
    schemaProblem(schema, mergeTables(merged, values, 'coalesce', '', silent)) || undefined,
  );
}

function firstDocument(text: string): Values {
  let value: unknown;
  const problem = problemOf(() => {
    value = parseAll(text, { source: file, duplicates: 'last' })[0] ?? {};
  });
  if (problem !== undefined) throw new Error(`error converting YAML to JSON: yaml: ${problem}`);
  if (isTable(value as Values)) return value as Values;
  const kind = Array.isArray(value) ? 'array' : typeof value;
  throw new Error(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into Go value of type common.Values`,
  );
}
