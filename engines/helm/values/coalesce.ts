import { sprintf, type Value } from '@millrace/go-template';
import type { Chart, Values } from '../chart/chart.ts';
import { dropNulls, joinPath, type Mode, mergeTables, type Warn } from './merge-tables.ts';
import { assign, copyTable, isTable, lookUp } from './table.ts';
import { ValuesError } from './values-error.ts';

/** The key under which values go down to every chart. */
export const globalKey = 'global';

const silent: Warn = () => {};

/**
 * The values that a chart renders with: the user's over its defaults, those of each subchart under its name with the
 * globals of its parent. A null deletes a default. Nothing that is given is changed or shared.
 * @throws ValuesError where the values of a subchart are no table. Rule: CoalesceValues of Helm 4.
 */
export function coalesceValues(chart: Chart, values: Values, warn: Warn = silent): Values {
  return coalesceTree(chart, copyTable(values), '', 'coalesce', warn);
}

/** The same before nulls have done their work: they stay. Rule: MergeValues. */
export function mergeDefaults(chart: Chart, values: Values, warn: Warn = silent): Values {
  return coalesceTree(chart, copyTable(values), '', 'merge', warn);
}

/** One table over another: a null deletes what lies below. Rule: CoalesceTables of Helm 4. */
export function coalesceTables(values: Values, below: Values, warn: Warn = silent): Values {
  return mergeTables(copyTable(values), copyTable(below), 'coalesce', '', warn);
}

function coalesceTree(chart: Chart, values: Values, path: string, mode: Mode, warn: Warn): Values {
  const inside = joinPath(path, chart.metadata.name);
  addDefaults(chart, values, inside, mode, warn);
  for (const dependency of chart.dependencies) {
    const name = dependency.metadata.name;
    const own = requireTable(name, orEmpty(lookUp(values, name)));
    assign(values, name, own);
    passGlobals(values, own, inside, warn);
    coalesceTree(dependency, own, inside, mode, warn);
  }
  return values;
}

/** The values of a subchart, which must be a table. Throws ValuesError. */
export function requireTable(name: string, values: Value): Values {
  if (isTable(values)) return values;
  throw new ValuesError(`type mismatch on ${name}: ${sprintf('%t', [values])}`);
}

function addDefaults(chart: Chart, values: Values, path: string, mode: Mode, warn: Warn): void {
  const subcharts = new Set(chart.dependencies.map(({ metadata }) => metadata.name));
  const defaults = copyTable(chart.values);
  for (const key of Object.keys(defaults)) {
    const added = defaults[key] as Value;
    const own = lookUp(values, key);
    if (own === undefined) addDefault(values, key, added, mode);
    else if (own === null && mode === 'coalesce') delete values[key];
    else if (isTable(own)) {
      if (isTable(added)) {
        // What is meant for a subchart may hold nulls that delete the subchart's own defaults.
        const inner = subcharts.has(key) ? 'merge' : mode;
        if (inner === 'coalesce') dropNulls(added);
        mergeTables(own, added, inner, joinPath(path, key), warn);
      } else if (added !== null) warn(`warning: skipped value for ${path}.${key}: Not a table.`);
    }
  }
}

function addDefault(values: Values, key: string, added: Value, mode: Mode): void {
  if (mode === 'coalesce') {
    if (added === null) return;
    if (isTable(added)) dropNulls(added);
  }
  assign(values, key, added);
}

/** A parent's globals win over those in a subchart's values. */
function passGlobals(parent: Values, child: Values, path: string, warn: Warn): void {
  const to = orEmpty(lookUp(child, globalKey));
  const from = orEmpty(lookUp(parent, globalKey));
  if (!isTable(to) || !isTable(from)) {
    const which = isTable(to) ? 'source' : 'destination';
    warn(`warning: skipping globals because ${which} ${globalKey} is not a table.`);
    return;
  }
  for (const key of Object.keys(from)) {
    const value = from[key] as Value;
    const own = lookUp(to, key);
    if (!isTable(value)) {
      if (isTable(own)) warn(`key ${key} is table. Skipping`);
      else assign(to, key, value);
    } else if (own === undefined) assign(to, key, { ...value });
    else if (isTable(own)) {
      assign(to, key, mergeTables({ ...value }, own, 'merge', joinPath(path, key), warn));
    } else warn(`Conflict: cannot merge map onto non-map for ${JSON.stringify(key)}. Skipping.`);
  }
  assign(child, globalKey, to);
}

/** A null is no missing key. */
function orEmpty(value: Value | undefined): Value {
  return value === undefined ? {} : value;
}
