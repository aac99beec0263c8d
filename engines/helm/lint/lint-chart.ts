import type { ChartFile, Values } from '../chart/chart.ts';
import { type ChartFiles, loadChartFolder } from '../chart/load.ts';
import { defaultCapabilities, type KubeVersion } from '../render/capabilities.ts';
import type { RenderOptions } from '../render/render.ts';
import { lintChartfile } from './chartfile.ts';
import { lintCrds } from './crds.ts';
import { lintDependencies } from './dependencies.ts';
import { type LintMessage, LintReport } from './message.ts';
import { lintTemplates } from './templates.ts';
import { lintValues } from './values.ts';

export interface LintOptions {
  /** The user's values, as of `mergeValues`. */
  values?: Values;
  namespace?: string;
  /** For capabilities and deprecations. */
  kubeVersion?: KubeVersion;
  skipSchemaValidation?: boolean;
  /** How the chart is called where a message is about the whole of it. */
  path?: string;
  /** The rest of what templates are rendered with: limits, clock and so on. */
  render?: Partial<RenderOptions>;
}

/**
 * What is wrong, or could be better, with a chart of a folder. Templates are rendered; `fail` and `required` let pass.
 * Messages and their order are those of `helm lint` v4.3.1.
 */
export function lintChart(files: ChartFiles, options: LintOptions = {}): LintMessage[] {
  const report = new LintReport();
  const byName = new Map(listOf(files).map(file => [file.name, file.data]));
  const values = options.values ?? {};
  const path = options.path ?? '';
  const skipSchema = options.skipSchemaValidation ?? false;
  const load = () => loadChartFolder(byName, { anyVersion: true });
  lintChartfile(report, byName);
  lintValues(report, byName, values, skipSchema);
  lintTemplates(report, byName, load, {
    values,
    skipSchema,
    kubeVersion: options.kubeVersion ?? defaultCapabilities.kubeVersion,
    render: {
      ...options.render,
      release: { name: 'test-release', namespace: options.namespace ?? 'default' },
    },
  });
  lintDependencies(report, load, path);
  lintCrds(report, byName, load);
  return report.messages;
}

function listOf(files: ChartFiles): ChartFile[] {
  if (files instanceof Map)
    return Array.from(files as Map<string, Uint8Array>, ([name, data]) => ({ name, data }));
  return [...(files as Iterable<ChartFile>)];
}
