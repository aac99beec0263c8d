import { sprint, type Value } from '@millrace/go-template';
import type { Chart, Dependency, Values } from '../chart/chart.ts';
import { mergeDefaults } from '../values/coalesce.ts';
import { mergeTables, type Warn } from '../values/merge-tables.ts';
import { assign, copyTable, isTable, lookUp, tableAt } from '../values/table.ts';

/**
 * Every chart of the tree, from the leaves up, with what it imports from its dependencies among its defaults. Its own
 * defaults win over what it imports. Only charts that name dependencies take part.
 * Rule: processDependencyImportValues of Helm 4.
 */
export function withImports(chart: Chart, warn: Warn): Chart {
  const dependencies = chart.dependencies.map(one => withImports(one, warn));
  const inside = { ...chart, dependencies };
  const named = chart.metadata.dependencies;
  if (named === undefined) return inside;
  const defaults = mergeDefaults(inside, {}, warn);
  // Tables in here are those of the defaults, and change with them until they are copied.
  const imported: Values = {};
  const resolved = named.map(dependency => importFrom(dependency, defaults, imported, warn));
  const metadata = { ...chart.metadata, dependencies: resolved };
  if (Object.keys(imported).length === 0) return { ...inside, metadata, values: defaults };
  return { ...inside, metadata, values: mergeTables(copyTable(defaults), imported, 'merge', '', warn) };
}

/** Adds what one dependency exports; the answer has its import-values spelled as child and parent. */
function importFrom(dependency: Dependency, defaults: Values, imported: Values, warn: Warn): Dependency {
  const written = dependency['import-values'];
  if (written === undefined) return dependency;
  const imports = written.flatMap(importOf);
  for (const { child, parent } of imports) {
    const found = tableAt(defaults, `${dependency.name}.${child}`);
    if ('missing' in found) {
      warn(`ImportValues missing table from chart ${dependency.name}: "${found.missing}" is not a table`);
      continue;
    }
    const table = Object.keys(found.table).length === 0 ? {} : found.table;
    mergeTables(imported, parent === '.' ? table : nested(parent, table), 'merge', '', warn);
  }
  return { ...dependency, 'import-values': imports.map(({ child, parent }) => ({ child, parent })) };
}

/** A string means a table of the child's `exports`, which goes to the top; what is neither is passed over. */
function importOf(value: Value): { child: string; parent: string }[] {
  if (typeof value === 'string') return [{ child: `exports.${value}`, parent: '.' }];
  if (!isTable(value)) return [];
  const text = (key: string) => sprint([lookUp(value, key) ?? null]);
  return [{ child: text('child'), parent: text('parent') }];
}

function nested(path: string, table: Values): Values {
  return path.split('.').reduceRight<Values>((inner, key) => {
    const outer: Values = {};
    assign(outer, key, inner);
    return outer;
  }, table);
}
