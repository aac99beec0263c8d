import type { HealthRules, IgnoreRules } from '@millrace/applier';
import type { End } from './atomic.ts';
import type { Attempt } from './attempt.ts';

/** What is remembered of a HelmRelease between visits; all of it can be found out anew. */
export interface Memory {
  running?: Running | undefined;
  /** The last attempt that ended well, and when. */
  settled?: { inputs: string; request: string; at: number } | undefined;
  /** Its dependencies were not ready when it was last visited. */
  awaitsDependency?: boolean;
  healthRules?: { text: string; rules: HealthRules };
  ignoreRules?: { text: string; rules: IgnoreRules };
}

/** Actions on a release that go on outside of visits. */
export interface Running {
  /** Equal inputs have equal texts. */
  inputs: string;
  request: string;
  attempt: Attempt;
  end?: End;
  /** Ends waits: there is something newer to do. */
  interrupt: AbortController;
  stop: AbortController;
  settled: Promise<void>;
}
