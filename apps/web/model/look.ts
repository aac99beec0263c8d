import type { HealthStatus } from '@millrace/kube';
import type { Fact } from './facts.ts';
import type { Past } from './history.ts';
import type { ImageUse } from './image-use.ts';
import type { ObjectName } from './object-name.ts';
import type { Pod } from './pod.ts';
import type { Row } from './row.ts';

/** What the page of one object shows. */
export interface Look {
  row: Row;
  facts: Fact[];
  conditions: { type: string; status: string; reason: string; message: string; since: string }[];
  /** The newest first. */
  events: { type: string; reason: string; message: string; at: string; count: number }[];
  applied: Applied[];
  /** How many more it has applied, which nobody has looked at here. */
  left: number;
  history: Past[];
  /** What it belongs to, as ownerReferences name it. */
  owners: ObjectName[];
  /** Of what runs Pods. */
  workload?: Workload;
  /** Another one whenever the object is another. */
  version: string;
}

/** An object that this one has applied, and how it is. */
export interface Applied extends ObjectName {
  health: HealthStatus;
  message: string;
  /** Empty where it was not found. */
  uid: string;
}

export interface Workload {
  /** The newest first. */
  pods: Pod[];
  images: ImageUse[];
  /** Why Pods are not shown; empty where they are. */
  unseen: string;
}
