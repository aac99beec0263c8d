import type { Artifact, HelmRelease } from '@millrace/api';
import type { Accounts, Cluster, Clusters, HealthRules, RemoteRules } from '@millrace/applier';
import type { Places, References, Sources } from '@millrace/controller';
import type { Values } from '@millrace/helm';
import type { Charts } from './charts.ts';
import type { DependencyCheck } from './dependencies.ts';
import type { DriftRules } from './drift.ts';
import type { SourceAccess } from './source.ts';
import type { Stores } from './stores.ts';

/** What a reconcile works with. */
export interface Deps extends Accounts, DependencyCheck, SourceAccess {
  /** The Secrets and ConfigMaps that HelmReleases name. */
  home: References;
  /** Where releases live. */
  clusters: Clusters;
  remote: RemoteRules;
  sources: Sources;
  stores: Stores;
  charts: Charts;
  /** Where actions wait for their turn. */
  places: Places;
  wake(key: string): void;
  /** --http-retry: how often a chart that cannot be downloaded is asked for again before it is told. */
  fetchRetries: number;
  /** False: --feature-gates=DisableChartDigestTracking=true. */
  tracksDigests: boolean;
  /** --feature-gates=DefaultToRetryOnFailure=true. */
  retryByDefault: boolean;
  /** --feature-gates=UseHelm3Defaults=true. */
  helm3Defaults: boolean;
  /** --override-manager: managers whose changes are undone. */
  overrideManagers: readonly string[];
}

/** What an attempt is made of. */
export interface Prepared {
  hr: HelmRelease;
  key: string;
  artifact: Artifact;
  values: Values;
  cluster: Cluster;
  health: HealthRules | undefined;
  ignore: DriftRules['ignore'];
}
