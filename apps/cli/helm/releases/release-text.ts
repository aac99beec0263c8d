import type { Value } from '@millrace/go-template';
import { coalesceValues, type Hook, type Release, releaseValue, restoredChart } from '@millrace/helm';
import { ansiC } from './go-time.ts';
import { type Format, formatValue } from './print.ts';

export interface ReleaseTextOptions {
  /** The objects of the release, as `helm status` shows them. */
  resources?: string;
  /** With values and templates, as `helm get all` shows them. */
  everything?: boolean;
  hideNotes?: boolean;
}

/** What install, upgrade, status and get say of a release. Rule: statusPrinter in pkg/cmd of helm v4.3 */
export function formatRelease(
  release: Release,
  format: Format,
  options: ReleaseTextOptions & { objects?: Value } = {},
): string {
  if (format === 'table') return releaseText(release, options);
  return formatValue(releaseValue(release, options.objects), format);
}

function releaseText(release: Release, { resources, everything, hideNotes }: ReleaseTextOptions): string {
  const { info } = release;
  const isRehearsed = info.description.toLowerCase() === 'dry run complete';
  return [
    `NAME: ${release.name}\n`,
    info.lastDeployed ? `LAST DEPLOYED: ${ansiC(info.lastDeployed)}\n` : '',
    `NAMESPACE: ${release.namespace}\n`,
    `STATUS: ${info.status}\n`,
    `REVISION: ${release.version}\n`,
    everything ? chartLines(release) : '',
    `DESCRIPTION: ${info.description}\n`,
    resources ? `RESOURCES:\n${resources}\n` : '',
    testLines(release.hooks),
    everything ? valueLines(release) : '',
    isRehearsed || everything ? manifestLines(release) : '',
    !hideNotes && info.notes !== '' ? `NOTES:\n${info.notes.trim()}\n` : '',
  ].join('');
}

function chartLines({ chart }: Release): string {
  const { name = '', version = '', appVersion = '' } = chart?.metadata ?? {};
  return `CHART: ${name}\nVERSION: ${version}\nAPP_VERSION: ${appVersion}\n`;
}

function testLines(hooks: Hook[]): string {
  const tests = hooks.filter(({ events }) => events.includes('test'));
  if (tests.length === 0) return 'TEST SUITE: None\n';
  return tests
    .map(({ name, lastRun: { startedAt, completedAt, phase } }) => {
      if (!startedAt) return '';
      const completed = ansiC(completedAt || '0001-01-01T00:00:00Z');
      return `TEST SUITE:     ${name}\nLast Started:   ${ansiC(startedAt)}\nLast Completed: ${completed}\nPhase:          ${phase}\n`;
    })
    .join('');
}

function valueLines({ chart, config }: Release): string {
  const all = chart ? coalesceValues(restoredChart(chart), config ?? {}) : config;
  const yaml = (value: Value) => formatValue(value, 'yaml');
  return `USER-SUPPLIED VALUES:\n${yaml(config ?? null)}\nCOMPUTED VALUES:\n${yaml(all)}\n`;
}

function manifestLines({ hooks, manifest }: Release): string {
  return `HOOKS:\n${hookTexts(hooks)}MANIFEST:\n${manifest}\n`;
}

/** What lists say of the chart. */
export function chartOf({ chart }: Release): { chart: string; appVersion: string } {
  const metadata = chart?.metadata;
  if (!metadata) return { chart: 'MISSING', appVersion: 'MISSING' };
  return { chart: `${metadata.name}-${metadata.version}`, appVersion: metadata.appVersion ?? '' };
}

/** Hooks, as `helm get hooks` prints them. */
export function hookTexts(hooks: Hook[]): string {
  return hooks.map(({ path, manifest }) => `---\n# Source: ${path}\n${manifest}\n`).join('');
}
