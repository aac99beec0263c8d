import {
  type AppliedObjects,
  type Cluster,
  type DriftBrake,
  driftBrake,
  type HealthRules,
  type IgnoreRules,
  type InventoryEntry,
  type ObjectChange,
} from '@millrace/applier';
import type { EventNote } from '@millrace/controller';
import type { Health, KubeObject } from '@millrace/kube';
import { DataKeys } from './decryption/data-keys.ts';

/**
 * What the controller remembers of a Kustomization between visits. All of it can be lost: the next visit then looks
 * at everything again.
 */
export interface Memory {
  /** Where `applied` is. */
  cluster?: Cluster;
  /** How the applied objects were left; the basis for seeing drift. */
  applied: AppliedObjects;
  /** Of the inputs that were applied whole, and pruned: as long as they are the same there is nothing to build. */
  done?: { fingerprint: string; digest: string } | undefined;
  /** The entries of what was applied last. */
  inventory: InventoryEntry[];
  /** A build that is being applied, in stages that may have to wait for each other. */
  pending?: PendingApply | undefined;
  /** What a visit has done that had to wait for something before its end. */
  untold?: EventNote[];
  /** The health check of what was applied last. */
  check?: HealthCheck | undefined;
  /** How often in a row the server of the artifact was away. */
  fetchFailures?: number;
  /** What spec.healthCheckExprs comes to. */
  healthRules?: { text: string; rules: HealthRules };
  /** What spec.ignore comes to. */
  ignoreRules?: { text: string; rules: IgnoreRules };
  /** Of the manifests that were built last, for the history. */
  builtDigest?: string | undefined;
  /** When the work began that has not come to its end yet. */
  startedAt?: number | undefined;
  /** Whether the object said that it is ready when work began for this revision and spec. */
  said?: { for: string; already: boolean } | undefined;
  /** Whether that work has changed anything in the cluster so far. */
  changed?: boolean | undefined;
  /** When everything was last looked at, and found or made good. */
  goodAt?: number | undefined;
  /** The request by annotation that was acted upon last. */
  request?: string | undefined;
  /** It cannot begin before a dependency changes. */
  awaitsDependency?: boolean;
  /** Its objects are being deleted, and that has been told. */
  pruned?: boolean;
  /** Opened by services elsewhere. */
  dataKeys: DataKeys;
  /** Objects that others keep changing back are not corrected without end. */
  brake: DriftBrake;
}

export interface PendingApply {
  fingerprint: string;
  objects: KubeObject[];
  /** Those that were decrypted and are no Secrets. */
  confidential: KubeObject[];
  digest: string;
  changes: ObjectChange[];
  afresh: boolean;
}

export interface HealthCheck {
  since: number;
  /** Whether its passing is an event. */
  tell: boolean;
  passedAfter?: number | undefined;
  /** It has failed: the next visit begins anew, and so does a change of an object's health. */
  failed?: boolean;
  /** Objects of others, by what hides each from whom the Kustomization acts as; undefined where nothing does. */
  hidden?: Map<string, Health | undefined>;
  /** Objects that have not passed their watch since the rules for them were made, as they were asked for. */
  asked?: Map<string, { resourceVersion: string; health: Health }>;
}

/** What was applied elsewhere says nothing of this cluster. */
export function forgetCluster(memory: Memory, cluster: Cluster): void {
  if (memory.cluster) Object.assign(memory, { done: undefined, pending: undefined, check: undefined });
  memory.applied.clear();
  memory.cluster = cluster;
}

export function newMemory(): Memory {
  return { applied: new Map(), inventory: [], brake: driftBrake(), dataKeys: new DataKeys() };
}
