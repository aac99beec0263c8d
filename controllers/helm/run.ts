import type { Metadata, Release, Values } from '@millrace/helm';
import type { KubeObject } from '@millrace/kube';
import type { Records, ReleaseChart, ReleaseContext } from '@millrace/releases';
import type { DriftRules } from './drift.ts';
import type { InventoryEntry } from './inventory.ts';

/** What the actions on one release work with. */
export interface ReleaseRun {
  chart: ReleaseChart;
  metadata: Metadata;
  values: Values;
  /** `sha256:` of the values. */
  valuesDigest: string;
  /** Storage, of which nothing is noted. */
  records: Records;
  drift: DriftRules;
  /** --feature-gates=DefaultToRetryOnFailure=true. */
  retryByDefault: boolean;
  /** --feature-gates=UseHelm3Defaults=true. */
  helm3Defaults: boolean;
  /**
   * The context of an action, which notes what it writes to storage.
   * @param waits false: for hooks only
   */
  context(options: { waits: boolean; onWrite: ReleaseWritten }): ReleaseContext;
  /** The objects of a manifest, and the definitions of the chart. */
  inventory(manifest: string, values: Values): Promise<InventoryEntry[]>;
  /** Told of the objects of the release as they were seen when it was held against the cluster. */
  saw(objects: KubeObject[]): void;
  signal: AbortSignal;
  /** Aborted when there is something newer to do. */
  interrupted: AbortSignal;
}

export type ReleaseWritten = (release: Release) => void;
