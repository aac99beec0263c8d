import { coalesceValues, dependencyValue, type Release, restoredChart, struct } from '@millrace/helm';
import type { ReleaseContext } from '@millrace/releases';
import { HelmCommandError } from '../helm-error.ts';
import type { Said } from '../run.ts';
import type { ClusterFlags } from './cluster-flags.ts';
import { wholeSeconds } from './go-time.ts';
import { withReleases } from './open.ts';
import { type Format, formatValue } from './print.ts';
import { formatRelease, hookTexts } from './release-text.ts';

export type Part = 'all' | 'hooks' | 'manifest' | 'metadata' | 'notes' | 'values';

export interface GetFlags extends ClusterFlags {
  namespace: string;
  revision: number;
  output: Format;
  /** Of values: with those of the chart. */
  all?: boolean;
}

/** `helm get PART NAME`. Throws HelmCommandError with what helm would say. */
export async function helmGet(
  part: Part,
  name: string,
  flags: GetFlags,
  warn: (message: string) => void,
): Promise<Said> {
  return withReleases(flags, warn, async (on, labelsOf) => {
    const release = await releaseOf(name, flags.revision, on);
    // Helm shows its own labels too, of the newest revision.
    const labels = flags.revision > 0 ? release.labels : labelsOf(release);
    return { stdout: textOf(part, { ...release, labels }, flags) };
  });
}

/** The revision that is asked for, or the newest. Throws ReleaseNotFound. */
export async function releaseOf(name: string, revision: number, on: ReleaseContext): Promise<Release> {
  return revision > 0 ? on.records.get(name, revision) : on.records.last(name);
}

function textOf(part: Part, release: Release, { output, all = false }: GetFlags): string {
  const { hooks, manifest, info } = release;
  switch (part) {
    case 'all':
      return formatRelease(release, 'table', { everything: true });
    case 'hooks':
      return hookTexts(hooks);
    case 'manifest':
      return `${manifest}\n`;
    case 'notes':
      return info.notes === '' ? '' : `NOTES:\n${info.notes}\n`;
    case 'values':
      return valuesText(release, all, output);
    case 'metadata':
      return metadataText(release, output);
  }
}

function valuesText({ chart, config }: Release, all: boolean, output: Format): string {
  const values = all && chart ? coalesceValues(restoredChart(chart), config ?? {}) : (config ?? null);
  if (output !== 'table') return formatValue(values, output);
  return `${all ? 'COMPUTED' : 'USER-SUPPLIED'} VALUES:\n${formatValue(values, 'yaml')}`;
}

const methods = { '': 'client-side apply (defaulted)', csa: 'client-side apply', ssa: 'server-side apply' };

function metadataText(release: Release, output: Format): string {
  const { name, namespace, version: revision, info, labels, applyMethod } = release;
  const metadata = release.chart?.metadata;
  if (!metadata) throw new HelmCommandError('invalid chart apiVersion');
  const deployedAt = wholeSeconds(info.lastDeployed ?? '0001-01-01T00:00:00Z');
  const { version, appVersion = '', annotations = {}, dependencies = [] } = metadata;
  if (output === 'table')
    return [
      ['NAME', name],
      ['CHART', metadata.name],
      ['VERSION', version],
      ['APP_VERSION', appVersion],
      ['ANNOTATIONS', setText(annotations)],
      ['LABELS', setText(labels)],
      [
        'DEPENDENCIES',
        dependencies
          .map(one => one.name)
          .sort()
          .join(','),
      ],
      ['NAMESPACE', namespace],
      ['REVISION', String(revision)],
      ['STATUS', info.status],
      ['DEPLOYED_AT', deployedAt],
      ['APPLY_METHOD', methods[applyMethod]],
    ]
      .map(([label, value]) => `${label}: ${value}\n`)
      .join('');
  return formatValue(
    struct({
      name,
      chart: metadata.name,
      version,
      appVersion,
      annotations: filled(annotations),
      labels: filled(labels),
      dependencies: dependencies.length > 0 ? dependencies.map(dependencyValue) : undefined,
      namespace,
      revision,
      status: info.status,
      deployedAt,
      applyMethod: applyMethod || undefined,
    }),
    output,
  );
}

/** Labels as Kubernetes prints a set of them. */
function setText(set: Record<string, string>): string {
  return Object.keys(set)
    .sort()
    .map(key => `${key}=${set[key]}`)
    .join(',');
}

function filled(map: Record<string, string>) {
  return Object.keys(map).length > 0 ? map : undefined;
}
