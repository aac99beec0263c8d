import { quote } from '@millrace/go-template';
import type { Json } from '@millrace/json';
import { parseAll } from '@millrace/yaml';
import type { Chart, Values } from '../chart/chart.ts';
import { processDependencies } from '../dependencies/process.ts';
import { defaultCapabilities, type KubeVersion } from '../render/capabilities.ts';
import { type RenderOptions, renderChart } from '../render/render.ts';
import { requireSchemas } from '../schema/validate-values.ts';
import { coalesceValues } from '../values/coalesce.ts';
import { deprecationProblem } from './deprecations.ts';
import { type LintReport, problemOf } from './message.ts';
import { type LintObject, objectsOf } from './object.ts';
import { objectNameProblem } from './object-name.ts';

const folder = 'templates/';

interface TemplateLintOptions {
  values: Values;
  skipSchema: boolean;
  kubeVersion: KubeVersion;
  render: RenderOptions;
}

/** The rules for templates: they render, and what they render are objects that a cluster would take. */
export function lintTemplates(
  report: LintReport,
  files: ReadonlyMap<string, Uint8Array>,
  load: () => Chart,
  options: TemplateLintOptions,
): void {
  const isThere = files.keys().some(name => name.startsWith(folder));
  if (!report.check('WARNING', folder, isThere ? undefined : 'directory does not exist')) return;
  let chart: Chart | undefined;
  const unloadable = problemOf(() => {
    chart = load();
  });
  if (!report.check('ERROR', folder, unloadable)) return;
  const rendered = renderForLint(report, chart!, options);
  if (rendered === undefined) return;
  for (const { name } of chart!.templates) {
    report.check('ERROR', name, extensionProblem(name));
    if (!/\.ya?ml$/i.test(name)) continue;
    const text = rendered.get(`${chart!.metadata.name}/${name}`) ?? '';
    if (text.trim() !== '' && !lintManifest(report, name, text, options.kubeVersion)) return;
  }
}

/** Undefined where something fails before the templates do what they can. */
function renderForLint(
  report: LintReport,
  given: Chart,
  { values, skipSchema, kubeVersion, render }: TemplateLintOptions,
): Map<string, string> | undefined {
  let prepared: { chart: Chart; values: Values } | undefined;
  // Helm is silent about values that cannot be merged: installing tells.
  const unmergeable = problemOf(() => {
    const chart = processDependencies(given, values);
    prepared = { chart, values: coalesceValues(chart, coalesceValues(chart, values)) };
  });
  if (unmergeable !== undefined || prepared === undefined) return undefined;
  const { chart, values: merged } = prepared;
  let rendered: Map<string, string> | undefined;
  const problem = problemOf(() => {
    if (!skipSchema) requireSchemas(chart, merged);
    const capabilities = { ...defaultCapabilities, ...render.capabilities, kubeVersion };
    rendered = renderChart(chart, merged, { ...render, capabilities, lint: true });
  });
  report.check('ERROR', folder, problem);
  return rendered;
}

/** False where the rest of the chart is not looked at. */
function lintManifest(report: LintReport, name: string, text: string, kubeVersion: KubeVersion): boolean {
  report.check('WARNING', name, indentProblem(text));
  const { objects, problem } = objectsOf(text);
  for (const object of objects) {
    report.check('WARNING', name, objectNameProblem(object));
    report.check('WARNING', name, deprecationProblem(object, kubeVersion));
    report.check('ERROR', name, selectorProblem(object, text));
    report.check('ERROR', name, listProblem(object, text));
  }
  return report.check('ERROR', name, problem && `unable to parse YAML: ${problem}`);
}

function extensionProblem(name: string): string | undefined {
  const file = name.slice(name.lastIndexOf('/') + 1);
  const extension = file.includes('.') ? file.slice(file.lastIndexOf('.')) : '';
  return ['.yaml', '.yml', '.tpl', '.txt'].includes(extension)
    ? undefined
    : `file extension '${extension}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt`;
}

function indentProblem(text: string): string | undefined {
  const first = text.split(/\r?\n/).find(line => line.trim() !== '');
  return first !== undefined && /^[ \t]/.test(first)
    ? `document starts with an illegal indent: ${quote(first)}, which may cause parsing problems`
    : undefined;
}

function selectorProblem({ kind, name }: LintObject, text: string): string | undefined {
  if (!['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet'].includes(kind)) return undefined;
  return /matchLabels|matchExpressions/.test(text)
    ? undefined
    : `a ${kind} must contain matchLabels or matchExpressions, and ${quote(name)} does not`;
}

/** Helm looks for its annotations on objects, not in lists of them. */
function listProblem({ kind }: LintObject, text: string): string | undefined {
  if (kind !== 'List') return undefined;
  const [document] = parseAll(text, { duplicates: 'last' });
  const items = field(document, 'items');
  const isKept = (item: Json) =>
    field(field(field(item, 'metadata'), 'annotations'), 'helm.sh/resource-policy') !== undefined;
  return Array.isArray(items) && items.some(isKept)
    ? "annotation 'helm.sh/resource-policy' within List objects are ignored"
    : undefined;
}

function field(value: Json | undefined, key: string): Json | undefined {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap && Object.hasOwn(value, key) ? value[key] : undefined;
}
