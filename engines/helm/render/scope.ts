import {
  compareStrings,
  fromBytes,
  type GoMap,
  type GoObject,
  underlying,
  type Value,
} from '@millrace/go-template';
import type { Chart, Values } from '../chart/chart.ts';
import { tableAt } from '../values/table.ts';
import { chartObject } from './chart-object.ts';
import { filesObject } from './files-object.ts';
import { valuesObject } from './values-object.ts';

/** A template file of a chart or of one of its subcharts. */
export interface TemplateFile {
  /** Such as `parent/charts/sub/templates/x.yaml`. */
  name: string;
  text: string;
  /** The name of the folder `templates` of its chart. */
  basePath: string;
  /** What `.` is for it: one for all files of a chart. */
  scope: GoMap;
}

/** What all charts of a render see. */
export interface Surroundings {
  release: GoMap;
  capabilities: GoObject;
}

/**
 * The template files of a chart and of its subcharts, each with what it sees: its own values, among them the globals
 * that were coalesced into them.
 */
export function templateFiles(chart: Chart, values: Values, surroundings: Surroundings): TemplateFile[] {
  const files = new Map<string, TemplateFile>();
  scopeOf(chart, undefined, values, surroundings, files);
  return [...files.values()];
}

interface Parent {
  path: string;
  scope: GoMap;
}

function scopeOf(
  chart: Chart,
  parent: Parent | undefined,
  values: Values,
  { release, capabilities }: Surroundings,
  files: Map<string, TemplateFile>,
): GoMap {
  const { name } = chart.metadata;
  const path = parent ? `${parent.path}/charts/${name}` : name;
  const subcharts: GoMap = {};
  const scope: GoMap = {
    Chart: chartObject(chart, !parent),
    Files: filesObject(chart.files),
    Release: release,
    Capabilities: capabilities,
    Values: parent ? subchartValues(parent.scope, name) : valuesObject(values),
    Subcharts: subcharts,
  };
  for (const child of chart.dependencies) {
    const inner = scopeOf(child, { path, scope }, values, { release, capabilities }, files);
    Object.defineProperty(subcharts, child.metadata.name, { value: inner, ...ownKey });
  }
  addFiles(chart, path, scope, files);
  return scope;
}

const ownKey = { writable: true, enumerable: true, configurable: true };

/** The part of the parent's values under the chart's name, the very map: what one changes, the other sees. */
function subchartValues(parent: GoMap, name: string): Value {
  const found = tableAt(underlying(parent.Values) as GoMap, name);
  return valuesObject('table' in found ? found.table : {});
}

function addFiles(chart: Chart, path: string, scope: GoMap, files: Map<string, TemplateFile>): void {
  const isLibrary = chart.metadata.type?.toLowerCase() === 'library';
  for (const { name, data } of chart.templates) {
    if (isLibrary && !isPartial(name)) continue;
    const full = joined(path, name);
    files.set(full, { name: full, text: textOf(data), basePath: joined(path, 'templates'), scope });
  }
}

/** Whether a file only lends its definitions to others. */
export function isPartial(name: string): boolean {
  return name.startsWith('_', name.lastIndexOf('/') + 1);
}

/** Go's path.Join: doubled slashes and dots go. */
function joined(path: string, name: string): string {
  const parts: string[] = [];
  for (const part of `${path}/${name}`.split('/'))
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  return parts.join('/');
}

const texts = new WeakMap<Uint8Array, string>();

/** The text of a file, decoded once: the caches of templates find it again by itself. */
function textOf(data: Uint8Array): string {
  let text = texts.get(data);
  if (text === undefined) texts.set(data, (text = fromBytes(data)));
  return text;
}

/**
 * The order in which templates are parsed and rendered: deep paths first and each depth backwards by name, so that of
 * two definitions of a name the one nearer to the root counts.
 */
export function inParseOrder(files: readonly TemplateFile[]): TemplateFile[] {
  const keyed = files.map(file => ({ file, depth: file.name.split('/').length }));
  keyed.sort((a, b) => b.depth - a.depth || compareStrings(b.file.name, a.file.name));
  return keyed.map(({ file }) => file);
}
