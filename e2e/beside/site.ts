import type { KubeClient } from '@millrace/kube';
import type { ArtifactServer } from './archives.ts';

/** Where a scenario is played. */
export interface Site {
  client: KubeClient;
  artifacts: ArtifactServer;
  /** Of the cluster, for scenarios in which it is named like a remote one. */
  kubeconfig: string;
  /** Do something that the controller sees as one, where it is ours. */
  unseen?<T>(doing: () => Promise<T>): Promise<T>;
}
