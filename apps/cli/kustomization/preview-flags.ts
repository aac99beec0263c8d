import type { Identity, KubeClient } from '@millrace/kube';

/** What the previews of a Kustomization are asked for. */
export interface PreviewFlags {
  namespace: string;
  /** The folder that stands for spec.path. */
  path?: string;
  /** In place of the Kustomization in the cluster. */
  kustomizationFile?: string;
  /** Rules as in .gitignore. */
  ignorePaths?: string[];
  /** A variable without value or default is an error. */
  strictSubstitute?: boolean;
  recursive?: boolean;
  /** Folders by `KIND/NAMESPACE/NAME` of the source that they stand for. */
  localSources?: ReadonlyMap<string, string>;
  /** A Kustomization that the cluster does not have yet comes from the file alone. */
  ignoreNotFound?: boolean;
}

/** What a preview asks: a cluster, or files alone. */
export interface PreviewPlace {
  client: KubeClient | undefined;
  /** In whose name. */
  as: Identity;
  signal: AbortSignal;
  warn(message: string): void;
}
