import type { Identity, KubeClient, KubeObject, ObjectRef } from '@millrace/kube';

/** Where a HelmRelease and what it needs is taken from. */
export interface PreviewFlags {
  namespace: string;
  /** In place of the one in the cluster. */
  helmreleaseFile?: string;
  /** In place of the chart that its source offers. */
  chart?: string;
  /** `KIND/NAMESPACE/NAME=FOLDER` in place of the source in the cluster. */
  localSources?: string[];
  /** Files with Secrets, ConfigMaps and other objects that the cluster does not have, or has otherwise. */
  with?: string[];
  kubeVersion?: string;
  apiVersions?: string[];
}

/** What the preview asks: a cluster, the files alone. */
export interface PreviewPlace {
  client: KubeClient | undefined;
  /** In whose name. */
  as: Identity;
  signal: AbortSignal;
  warn(message: string): void;
}

/** An object of the files, or of the cluster. */
export type Find = (ref: ObjectRef) => Promise<KubeObject | undefined>;
