import type { Chart } from '../chart/chart.ts';
import { type LintReport, problemOf } from './message.ts';

/** The rules for dependencies: those that Chart.yaml names are those in charts/. */
export function lintDependencies(report: LintReport, load: () => Chart, path: string): void {
  let chart: Chart | undefined;
  const problem = problemOf(() => {
    chart = load();
  });
  if (!report.check('ERROR', '', problem && `unable to load chart\n\t${problem}`)) return;
  const there = chart!.dependencies.map(({ metadata }) => metadata.name);
  const named = (chart!.metadata.dependencies ?? []).map(({ name }) => name);
  report.check('ERROR', path, missing('metadata', there, named));
  report.check('WARNING', path, missing('directory', named, there));
}

function missing(where: string, wanted: string[], there: string[]): string | undefined {
  const names = wanted.filter(name => !there.includes(name));
  return names.length === 0 ? undefined : `chart ${where} is missing these dependencies: ${names.join(',')}`;
}
