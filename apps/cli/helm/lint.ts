import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  ChartError,
  type ChartFile,
  KubeVersionError,
  type LintMessage,
  lintChart,
  parseKubeVersion,
  readArchiveFiles,
} from '@millrace/helm';
import { HelmCommandError } from './helm-error.ts';
import { folderFiles } from './read-chart.ts';
import type { Said } from './run.ts';
import type { ValueOptions } from './value-flags.ts';
import { valuesOf } from './values.ts';

/** The flags of `helm lint`. */
export interface HelmLintOptions extends ValueOptions {
  namespace: string;
  kubeVersion?: string;
  quiet?: boolean;
  skipSchemaValidation?: boolean;
  strict?: boolean;
  withSubcharts?: boolean;
}

/** What a chart's examination ended in: messages, or the reason why there are none. */
type Examined = { messages: LintMessage[] } | { reason: string };

/** `helm lint PATH...`: the text that helm prints. Throws HelmCommandError for flags that cannot be read. */
export async function helmLint(given: readonly string[], options: HelmLintOptions): Promise<Said> {
  const values = await valuesOf(options);
  const kubeVersion = options.kubeVersion === undefined ? undefined : versionOf(options.kubeVersion);
  const paths = options.withSubcharts
    ? [...given, ...given.flatMap(path => subcharts(join(path, 'charts')))]
    : given;
  const rate = (examined: Examined) =>
    'reason' in examined ||
    examined.messages.some(
      ({ severity }) => severity === 'ERROR' || (options.strict && severity === 'WARNING'),
    );
  let text = '';
  let failed = 0;
  let noteworthy = 0;
  for (const path of paths) {
    const { namespace, skipSchemaValidation = false } = options;
    const how = { namespace, skipSchemaValidation, values, ...(kubeVersion && { kubeVersion }) };
    const examined = examine(path, how);
    const isNoteworthy =
      'reason' in examined || examined.messages.some(({ severity }) => severity !== 'INFO');
    if (isNoteworthy) noteworthy++;
    if (options.quiet && !isNoteworthy) continue;
    text += `==> Linting ${path}\n${describe(examined, options.quiet ?? false)}\n`;
    if (rate(examined)) failed++;
  }
  const summary = `${paths.length} chart(s) linted, ${failed} chart(s) failed`;
  if (failed > 0) return { stdout: text, error: summary };
  return { stdout: options.quiet && noteworthy === 0 ? text : `${text}${summary}\n` };
}

function describe(examined: Examined, quiet: boolean): string {
  if ('reason' in examined) return `Error ${examined.reason}\n`;
  return examined.messages
    .filter(({ severity }) => !quiet || severity !== 'INFO')
    .map(({ severity, path, message }) => `[${severity}] ${path}: ${message}\n`)
    .join('');
}

function examine(path: string, options: Parameters<typeof lintChart>[1]): Examined {
  try {
    const files = filesOf(path);
    if (!files.some(({ name }) => name === 'Chart.yaml'))
      return {
        reason: `unable to check Chart.yaml file in chart: stat ${join(path, 'Chart.yaml')}: no such file or directory`,
      };
    return { messages: lintChart(files, { ...options, path }) };
  } catch (error) {
    if (error instanceof ChartError) return { reason: error.message };
    throw error;
  }
}

function filesOf(path: string): ChartFile[] {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return [];
  return status.isDirectory() ? folderFiles(path) : readArchiveFiles(readFileSync(path));
}

/** Every chart below a folder, unpacked or not. */
function subcharts(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return subcharts(path);
      if (entry.name === 'Chart.yaml') return [folder];
      return /\.(tgz|tar\.gz)$/.test(entry.name) ? [path] : [];
    });
}

function versionOf(text: string) {
  try {
    return parseKubeVersion(text);
  } catch (error) {
    throw error instanceof KubeVersionError ? new HelmCommandError(error.message, { cause: error }) : error;
  }
}
