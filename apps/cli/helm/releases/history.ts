import { struct } from '@millrace/helm';
import { ReleaseNotFound } from '@millrace/releases';
import type { Said } from '../run.ts';
import type { ClusterFlags } from './cluster-flags.ts';
import { ansiC } from './go-time.ts';
import { withReleases } from './open.ts';
import { type Format, formatColumns, formatValue } from './print.ts';
import { chartOf } from './release-text.ts';

export interface HistoryFlags extends ClusterFlags {
  namespace: string;
  output: Format;
  max: number;
  showRollbackRevision?: boolean;
}

/** `helm history NAME`. Throws HelmCommandError with what helm would say. */
export async function helmHistory(
  name: string,
  flags: HistoryFlags,
  warn: (message: string) => void,
): Promise<Said> {
  const { output, max, showRollbackRevision } = flags;
  const releases = await withReleases(flags, warn, async on => {
    const history = await on.records.history(name);
    if (history.length === 0) throw new ReleaseNotFound();
    return history.slice(max > 0 ? -max : history.length);
  });
  const rows = releases.map(release => {
    const { version, info } = release;
    const { chart, appVersion } = chartOf(release);
    const { lastDeployed = '', status, rollbackRevision, description } = info;
    return { revision: version, lastDeployed, status, chart, appVersion, rollbackRevision, description };
  });
  if (output !== 'table')
    return {
      stdout: formatValue(
        rows.map(({ lastDeployed, appVersion, rollbackRevision, ...row }) =>
          struct({
            revision: row.revision,
            updated: lastDeployed || undefined,
            status: row.status,
            chart: row.chart,
            app_version: appVersion,
            rollback_revision: rollbackRevision || undefined,
            description: row.description,
          }),
        ),
        output,
      ),
    };
  const rollback = (cell: string) => (showRollbackRevision ? [cell] : []);
  const headings = [
    'REVISION',
    'UPDATED',
    'STATUS',
    'CHART',
    'APP VERSION',
    ...rollback('ROLLBACK'),
    'DESCRIPTION',
  ];
  const cells = rows.map(row => [
    String(row.revision),
    ansiC(row.lastDeployed || '0001-01-01T00:00:00Z'),
    row.status,
    row.chart,
    row.appVersion,
    ...rollback(row.rollbackRevision > 0 ? String(row.rollbackRevision) : ''),
    row.description,
  ]);
  return { stdout: formatColumns([headings, ...cells]) };
}
