import type { Outage } from './outage.ts';
import type { PreviewAnswers } from './preview-of.ts';
import type { Viewer } from './viewer.ts';

/** A request of the page, once it is known who makes it. */
export interface Asked {
  viewer: Viewer;
  query: URLSearchParams;
  /** Ends when nobody waits for the answer any more. */
  signal: AbortSignal;
  /** None where nobody can tell what objects would become. */
  previews?: PreviewAnswers | undefined;
  /** What can be away on demand; undefined where nothing is rehearsed. */
  outages: Outage[] | undefined;
  /** What was posted, read from JSON. Throws ActionError for what is none. */
  body(): Promise<unknown>;
}
