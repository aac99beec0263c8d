import { sendsOn } from '@millrace/notification-controller/alerts';
import type { Heard, SendsOn } from '@millrace/web';

/** What controllers tell those who look, and no Alert: traces, which look like any other event in the cluster. */
const traces: ReadonlySet<string> = new Set([
  ...['ArtifactUpToDate', 'CacheOperationFailed', 'GarbageCollectionSucceeded', 'GitOperationSucceeded'],
  ...['NoSourceArtifact', 'ResolvedDependencies', 'SymlinkUpdateFailed'],
  ...['HelmChartConfigured', 'HelmChartCreated', 'HelmChartDeleted', 'HelmChartSyncErr'],
]);

/** Success that says nothing new is one too: it is told again and again, or says that nothing has changed. */
function isTrace({ reason, message, count }: Heard['event']): boolean {
  return (
    traces.has(reason) || (reason === 'Succeeded' && (count > 1 || /^(?:no change|verified) /.test(message)))
  );
}

/** Whether an Alert sends on what the cluster tells of an object: controllers tell both the same. */
export const heardByAlert: SendsOn = ({ event, alert, provider, labels }) => {
  if (isTrace(event)) return false;
  const { apiVersion, kind, namespace, key, at, isWarning, reason, message, metadata } = event;
  const name = key.slice(`${kind}/${namespace}/`.length);
  const told = {
    involvedObject: { apiVersion, kind, namespace, name },
    severity: isWarning ? 'error' : 'info',
    timestamp: new Date(at).toISOString(),
    ...{ reason, message, metadata, reportingController: '', reportingInstance: '' },
  } as const;
  return sendsOn(alert, provider, told, labels);
};
