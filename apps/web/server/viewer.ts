import type { Identity, KubeClient } from '@millrace/kube';

/** Who looks at the page. */
export interface Viewer {
  client: KubeClient;
  /** In whose name everything is read and done: the cluster alone decides what they may. */
  as: Identity;
}
