import type { Values } from '../chart/chart.ts';
import type { Hook } from '../manifest/hook.ts';
import type { StoredChart } from './stored-chart.ts';

/** What became of a release. */
export type ReleaseStatus =
  | 'unknown'
  | 'deployed'
  | 'uninstalled'
  | 'superseded'
  | 'failed'
  | 'uninstalling'
  | 'pending-install'
  | 'pending-upgrade'
  | 'pending-rollback';

/** One revision of a release as Helm records it. Times are RFC 3339. */
export interface Release {
  name: string;
  namespace: string;
  /** The revision, from 1. */
  version: number;
  info: ReleaseInfo;
  chart: StoredChart | undefined;
  /** The values that the user gave, without the chart's own. */
  config: Values | undefined;
  manifest: string;
  hooks: Hook[];
  /** How it was applied: server-side, client-side, or '' in records of Helm 3, which means client-side. */
  applyMethod: 'ssa' | 'csa' | '';
  /** Labels of the user, which stand on the record itself. */
  labels: { [key: string]: string };
}

export interface ReleaseInfo {
  firstDeployed?: string | undefined;
  lastDeployed?: string | undefined;
  /** When it was uninstalled. */
  deleted?: string | undefined;
  description: string;
  status: ReleaseStatus;
  /** The revision that was rolled back to, or 0. */
  rollbackRevision: number;
  notes: string;
}

/** The release in another status, for the reason given. */
export function withStatus(release: Release, status: ReleaseStatus, description: string): Release {
  return { ...release, info: { ...release.info, status, description } };
}

/** Whether an operation on the release is under way, or was and did not end. */
export function isPending({ info }: Release): boolean {
  return info.status.startsWith('pending-');
}
