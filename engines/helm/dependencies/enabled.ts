import { typeName } from '@millrace/go-template';
import type { Chart, Dependency, Values } from '../chart/chart.ts';
import { coalesceValues, requireTable } from '../values/coalesce.ts';
import type { Warn } from '../values/merge-tables.ts';
import { lookUp, tableAt, valueAt } from '../values/table.ts';
import { isInRange } from './version-range.ts';

/**
 * The tree of charts that takes part: subcharts that tags and conditions switch off are left out, those with an alias
 * bear it, one that is named twice is there twice. Charts in charts/ that Chart.yaml does not name stay.
 * Rule: processDependencyEnabled of Helm 4.
 */
export function enabledTree(chart: Chart, values: Values, warn: Warn): Chart {
  return enabledBelow(chart, values, '', warn);
}

/** `path` is where the chart's own values are in those of the whole tree, with a dot behind. */
function enabledBelow(chart: Chart, values: Values, path: string, warn: Warn): Chart {
  const named = chart.metadata.dependencies;
  if (named === undefined) return chart;
  const candidates: Chart = {
    ...chart,
    dependencies: [
      ...chart.dependencies.filter(found => !named.some(one => isMeant(found, one))),
      ...named.flatMap(one => aliased(chart.dependencies, one) ?? []),
    ],
  };
  const coalesced = valuesFor(candidates, values, path, warn);
  const flagged = named.map(one => ({
    ...one,
    name: one.alias || one.name,
    enabled: isEnabled(one, coalesced, path, warn),
  }));
  const disabled = new Set(flagged.filter(({ enabled }) => !enabled).map(({ name }) => name));
  const { dependencies: _, ...metadata } = chart.metadata;
  const kept = flagged.filter(({ name }) => !disabled.has(name));
  return {
    ...candidates,
    metadata: kept.length === 0 ? metadata : { ...metadata, dependencies: kept },
    dependencies: candidates.dependencies
      .filter(({ metadata }) => !disabled.has(metadata.name))
      .map(one => enabledBelow(one, coalesced, `${path}${one.metadata.name}.`, warn)),
  };
}

/**
 * The values that conditions look at. Helm coalesces a subchart's once more, at the top of its parent's: where nothing
 * below has a condition that is only to be checked, because for large trees it takes its time.
 */
function valuesFor(chart: Chart, values: Values, path: string, warn: Warn): Values {
  if (path === '' || hasConditions(chart)) return coalesceValues(chart, values, warn);
  requireTables(chart, values);
  return values;
}

function hasConditions({ metadata, dependencies }: Chart): boolean {
  const named = metadata.dependencies ?? [];
  return named.some(one => one.condition || one.tags?.length) || dependencies.some(hasConditions);
}

/** What would become the values of a subchart must be a table. Throws ValuesError as coalescing does. */
function requireTables(chart: Chart, values: Values): void {
  for (const dependency of chart.dependencies) {
    const { name } = dependency.metadata;
    const isDeleted = lookUp(values, name) === null && Object.hasOwn(chart.values, name);
    const own = isDeleted ? undefined : (lookUp(values, name) ?? lookUp(chart.values, name) ?? undefined);
    requireTables(dependency, own === undefined ? {} : requireTable(name, own));
  }
}

function isMeant(found: Chart, { name, version = '' }: Dependency): boolean {
  return found.metadata.name === name && isInRange(version, found.metadata.version);
}

/** The first chart that a dependency means, under its alias. */
function aliased(charts: Chart[], dependency: Dependency): Chart | undefined {
  const found = charts.find(chart => isMeant(chart, dependency));
  if (found === undefined || !dependency.alias) return found;
  return { ...found, metadata: { ...found.metadata, name: dependency.alias } };
}

/** The first condition that is a boolean decides; else tags, of which one that is true is enough; else it is enabled. */
function isEnabled(dependency: Dependency, values: Values, path: string, warn: Warn): boolean {
  const name = dependency.alias || dependency.name;
  for (const condition of (dependency.condition ?? '').trim().split(',')) {
    if (condition === '') continue;
    const value = valueAt(values, path + condition);
    if (typeof value === 'boolean') return value;
    if (value !== undefined) warn(`returned non-bool value path=${condition} chart=${name}`);
  }
  return byTags(dependency.tags ?? [], values, name, warn);
}

function byTags(tags: string[], values: Values, name: string, warn: Warn): boolean {
  const found = tableAt(values, 'tags');
  if ('missing' in found) return true;
  let disabled = false;
  for (const tag of tags) {
    const value = lookUp(found.table, tag);
    if (value === true) return true;
    if (value === false) disabled = true;
    else if (value !== undefined)
      warn(`returned non-bool value tag=${tag} chart=${name} type=${typeName(value)}`);
  }
  return !disabled;
}
