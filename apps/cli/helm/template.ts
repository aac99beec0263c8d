import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { stackExhausted } from '@millrace/go-template';
import {
  type Capabilities,
  type Chart,
  ChartError,
  coalesceValues,
  defaultCapabilities,
  KubeVersionError,
  type OutputFile,
  parseKubeVersion,
  processDependencies,
  type TemplateOptions,
  type TemplateOutput,
  templateChart,
  type Values,
  ValuesError,
} from '@millrace/helm';
import { chartOf } from './chart-of.ts';
import { checkSchemas } from './check-schemas.ts';
import { HelmCommandError } from './helm-error.ts';
import { requireInstallable } from './installable.ts';
import { within } from './patience.ts';
import { nameAndChart, requireReleaseName } from './release-name.ts';
import type { ChartFlags } from './releases/chart-flags.ts';
import type { ValueOptions } from './value-flags.ts';
import { valuesOf } from './values.ts';

/** The flags of `helm template`. */
export interface HelmTemplateOptions extends ValueOptions, ChartFlags {
  namespace: string;
  apiVersions?: string[];
  debug?: boolean;
  generateName?: boolean;
  hooks: boolean;
  includeCrds?: boolean;
  isUpgrade?: boolean;
  kubeVersion?: string;
  nameTemplate?: string;
  outputDir?: string;
  releaseName?: boolean;
  renderSubchartNotes?: boolean;
  showOnly?: string[];
  skipSchemaValidation?: boolean;
  skipTests?: boolean;
  /** Milliseconds that rendering may take. */
  patience?: number;
}

interface Prepared {
  chart: Chart;
  values: Values;
}

/** Charts take milliseconds; one that takes minutes does not end. */
const defaultPatience = 300_000;

/** What the command writes, and what it says when it fails. */
export type Templated = Pick<TemplateOutput, 'stdout' | 'error'>;

/**
 * `helm template NAME CHART`: the text that helm prints, with the files of `--output-dir` written. Throws
 * HelmCommandError where nothing can be rendered; `warn` is told of what helm logs.
 */
export async function helmTemplate(
  words: readonly string[],
  options: HelmTemplateOptions,
  warn: (message: string) => void,
): Promise<Templated> {
  const capabilities = capabilitiesOf(options);
  const { name, chart: path } = nameAndChart(words, options);
  const chart = await chartOf(path, options, warn);
  const given = await valuesOf(options);
  requireInstallable(chart, warn);
  requireReleaseName(name);
  const prepared = prepare(chart, given, warn);
  if (!options.skipSchemaValidation) await checkSchemas(prepared.chart, prepared.values);
  const again = () => prepare(chart, given, () => {});
  const output = await render(prepared, again, options.patience ?? defaultPatience, {
    release: { name, namespace: options.namespace, isUpgrade: options.isUpgrade ?? false },
    capabilities,
    includeCrds: options.includeCrds ?? false,
    subNotes: options.renderSubchartNotes ?? false,
    noHooks: !options.hooks,
    skipTests: options.skipTests ?? false,
    showOnly: options.showOnly ?? [],
    outputDir: options.outputDir,
    useReleaseName: options.releaseName ?? false,
    debug: options.debug ?? false,
  });
  for (const file of output.files) write(file);
  return output;
}

function capabilitiesOf({ kubeVersion, apiVersions = [] }: HelmTemplateOptions): Capabilities {
  try {
    return {
      ...defaultCapabilities,
      ...(kubeVersion && { kubeVersion: parseKubeVersion(kubeVersion) }),
      apiVersions: [...defaultCapabilities.apiVersions, ...apiVersions],
    };
  } catch (error) {
    throw error instanceof KubeVersionError ? new HelmCommandError(error.message, { cause: error }) : error;
  }
}

function prepare(chart: Chart, given: Values, warn: (message: string) => void): Prepared {
  let effective: Chart;
  try {
    effective = processDependencies(chart, given, warn);
  } catch (error) {
    if (!(error instanceof ValuesError || error instanceof ChartError)) throw error;
    throw new HelmCommandError(`chart dependencies processing failed: ${error.message}`, { cause: error });
  }
  try {
    return { chart: effective, values: coalesceValues(effective, given, warn) };
  } catch (error) {
    throw error instanceof ValuesError ? new HelmCommandError(error.message, { cause: error }) : error;
  }
}

/** Templates that include each other deeper than this thread's stack goes are rendered on a larger one. */
async function render(
  { chart, values }: Prepared,
  again: () => Prepared,
  patience: number,
  options: TemplateOptions,
): Promise<TemplateOutput> {
  const output = templateChart(chart, values, { ...options, limits: within(patience) });
  if (!output.error?.includes(stackExhausted)) return output;
  const { renderDeep } = await import('./render-deep.ts');
  // Templates change values, so they are made anew.
  return renderDeep({ ...again(), options, patience });
}

function write({ path, text, append }: OutputFile): void {
  mkdirSync(dirname(path), { recursive: true });
  const after = append === 'always' || (append === 'if-exists' && existsSync(path));
  writeFileSync(path, text, { flag: after ? 'a' : 'w' });
}
