import type { Cluster, DriftBrake, HealthRules, IgnoreRules } from '@millrace/applier';
import type { EventNote } from '@millrace/controller';
import type { End } from './atomic.ts';
import type { Attempt } from './attempt.ts';
import type { StoredRecord } from './stores.ts';

/** What is remembered of a HelmRelease between visits; all of it can be found out anew. */
export interface Memory {
  running?: Running | undefined;
  /** What the last attempt that ended well has left. */
  settled?: Settled | undefined;
  /** What the last attempt was made of, where it was the last of its retries. */
  stalled?: Pick<Settled, 'inputs' | 'request'> | undefined;
  /** The newest record of the release that the last attempt has read or written. */
  record?: StoredRecord | undefined;
  /** Holds back corrections where somebody keeps undoing them. */
  brake?: DriftBrake;
  /** Where the release lives. */
  cluster?: Cluster;
  /** Events that nobody has been told yet. */
  notes?: EventNote[];
  /** How often its chart could not be downloaded, one after the other. */
  fetchFailures?: number;
  /** Its dependencies were not ready when it was last visited. */
  awaitsDependency?: boolean;
  /** Its source was not ready when it was last visited. */
  awaitsSource?: boolean;
  healthRules?: { text: string; rules: HealthRules };
  ignoreRules?: { text: string; rules: IgnoreRules };
}

/** A release that is as it should be, until something shows that it is not. */
export interface Settled {
  inputs: string;
  request: string;
  at: number;
  /** The content of its objects, by id, as it was seen; undefined where nobody minds drift. */
  objects: Map<string, { content: string; resourceVersion: string }> | undefined;
}

/** Actions on a release that go on outside of visits. */
export interface Running {
  /** Equal inputs have equal texts. */
  inputs: string;
  request: string;
  /** Of the artifact of the chart. */
  revision: string;
  attempt: Attempt;
  /** The newest record that was read or written. */
  record?: StoredRecord | undefined;
  /** The objects of the release as they were last seen. */
  objects?: Settled['objects'];
  end?: End;
  /** Ends waits: there is something newer to do. */
  interrupt: AbortController;
  /** A wait was ended so. */
  wasCut?: boolean;
  stop: AbortController;
  settled: Promise<void>;
}
