import { fromBytes } from '@millrace/go-template';
import type { Chart } from '../chart/chart.ts';
import { type LintReport, problemOf } from './message.ts';
import { objectsOf } from './object.ts';

const folder = 'crds/';

/** The rules for crds/, of the subcharts as well: CustomResourceDefinitions and nothing else, no templates. */
export function lintCrds(
  report: LintReport,
  files: ReadonlyMap<string, Uint8Array>,
  load: () => Chart,
): void {
  if (!files.keys().some(name => name.startsWith(folder))) return;
  let chart: Chart | undefined;
  const problem = problemOf(() => {
    chart = load();
  });
  if (!report.check('ERROR', folder, problem)) return;
  for (const { name, data } of crdFiles(chart!)) if (!lintCrd(report, name, fromBytes(data))) return;
}

function crdFiles(chart: Chart): { name: string; data: Uint8Array }[] {
  const own = chart.files.filter(({ name }) => name.startsWith(folder) && /\.(ya?ml|json)$/i.test(name));
  return [...own, ...chart.dependencies.flatMap(crdFiles)];
}

function lintCrd(report: LintReport, name: string, text: string): boolean {
  const { objects, problem } = objectsOf(text);
  for (const { apiVersion, kind } of objects) {
    const inGroup = apiVersion.startsWith('apiextensions.k8s.io');
    report.check('ERROR', name, inGroup ? undefined : "apiVersion is not in 'apiextensions.k8s.io'");
    const isDefinition = kind === 'CustomResourceDefinition';
    report.check('ERROR', name, isDefinition ? undefined : "object kind is not 'CustomResourceDefinition'");
  }
  return report.check('ERROR', name, problem && `unable to parse YAML: ${problem}`);
}
