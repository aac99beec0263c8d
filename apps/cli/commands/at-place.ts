import type { KubeClient } from '@millrace/kube';
import type { Globals } from '../globals.ts';

/** What a preview asks: a cluster, or files alone. */
interface Place {
  client: KubeClient | undefined;
  as: 'own';
  signal: AbortSignal;
  warn(message: string): void;
}

/** Do a preview's work with the cluster that the options name, or without any. */
export async function atPlace<T>(
  globals: Globals,
  offline: boolean,
  work: (place: Place) => Promise<T>,
): Promise<T> {
  const warn = (message: string) => console.error(`⚠ ${message}`);
  if (offline) return work({ client: undefined, as: 'own', signal: new AbortController().signal, warn });
  const { withCluster } = await import('../verbs/session.ts');
  return withCluster(globals, ({ client, signal }) => work({ client, as: 'own', signal, warn }));
}
