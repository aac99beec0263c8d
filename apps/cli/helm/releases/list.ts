import { type Release, type ReleaseStatus, struct } from '@millrace/helm';
import { parseLabelSelector } from '@millrace/kustomize';
import { RE2JS } from 're2js';
import { HelmCommandError } from '../helm-error.ts';
import type { Said } from '../run.ts';
import type { ClusterFlags } from './cluster-flags.ts';
import { goTime } from './go-time.ts';
import { type LabelsOf, withReleases } from './open.ts';
import { type Format, formatColumns, formatValue } from './print.ts';
import { chartOf } from './release-text.ts';

export interface ListFlags extends ClusterFlags {
  namespace: string;
  output: Format;
  allNamespaces?: boolean;
  short?: boolean;
  headers: boolean;
  date?: boolean;
  reverse?: boolean;
  max: number;
  offset: number;
  filter?: string;
  selector?: string;
  deployed?: boolean;
  failed?: boolean;
  pending?: boolean;
  superseded?: boolean;
  uninstalled?: boolean;
  uninstalling?: boolean;
}

/** `helm list`. Throws HelmCommandError with what helm would say. Rule: List in pkg/action of helm v4.3 */
export async function helmList(flags: ListFlags, warn: (message: string) => void): Promise<Said> {
  const namespace = flags.allNamespaces ? '' : flags.namespace;
  const releases = await withReleases({ ...flags, namespace }, warn, async (on, labelsOf) =>
    chosen(await on.records.all(), flags, labelsOf),
  );
  const { output } = flags;
  if (flags.short) {
    const names = releases.map(({ name }) => name);
    return {
      stdout: output === 'table' ? names.map(name => `${name}\n`).join('') : formatValue(names, output),
    };
  }
  const rows = releases.map(rowOf);
  if (output !== 'table') return { stdout: formatValue(rows.map(struct), output) };
  const headings = ['NAME', 'NAMESPACE', 'REVISION', 'UPDATED', 'STATUS', 'CHART', 'APP VERSION'];
  return {
    stdout: formatColumns([...(flags.headers ? [headings] : []), ...rows.map(row => Object.values(row))]),
  };
}

function rowOf(release: Release) {
  const { name, namespace, version, info } = release;
  const { chart, appVersion } = chartOf(release);
  return {
    name,
    namespace,
    revision: String(version),
    updated: info.lastDeployed ? goTime(info.lastDeployed) : '-',
    status: info.status,
    chart,
    app_version: appVersion,
  };
}

function chosen(all: Release[], flags: ListFlags, labelsOf: LabelsOf): Release[] {
  const filter = flags.filter === undefined ? undefined : expression(flags.filter);
  const named = all.filter(({ name }) => filter?.matcher(name).find() ?? true);
  const states = statesOf(flags);
  const onlySuperseded = states?.length === 1 && states[0] === 'superseded';
  const matches = flags.selector ? parseLabelSelector(flags.selector) : () => true;
  const found = (onlySuperseded ? named : newest(named)).filter(
    release =>
      (states ? states.includes(release.info.status) : release.info.status !== 'unknown') &&
      matches(labelsOf(release)),
  );
  found.sort(flags.date ? byDate : byName);
  if (flags.reverse) found.reverse();
  const from = Math.max(0, flags.offset);
  return found.slice(from, flags.max > 0 ? from + flags.max : undefined);
}

/** Of Go's kind, as helm has it. */
function expression(text: string): RE2JS {
  try {
    return RE2JS.compile(text);
  } catch (cause) {
    throw new HelmCommandError((cause as Error).message, { cause });
  }
}

function newest(releases: Release[]): Release[] {
  const found = new Map<string, Release>();
  for (const release of releases) {
    const key = `${release.namespace}/${release.name}`;
    const other = found.get(key);
    if (!other || other.version <= release.version) found.set(key, release);
  }
  return [...found.values()];
}

/** undefined for all. */
function statesOf(flags: ListFlags): ReleaseStatus[] | undefined {
  const states: ReleaseStatus[] = [];
  if (flags.deployed) states.push('deployed');
  if (flags.uninstalled) states.push('uninstalled');
  if (flags.uninstalling) states.push('uninstalling');
  if (flags.pending) states.push('pending-install', 'pending-upgrade', 'pending-rollback');
  if (flags.failed) states.push('failed');
  if (flags.superseded) states.push('superseded');
  return states.length === 0 ? undefined : states;
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const byName = (a: Release, b: Release) => compare(a.name, b.name);
const byDate = (a: Release, b: Release) =>
  Date.parse(a.info.lastDeployed ?? '') - Date.parse(b.info.lastDeployed ?? '');
