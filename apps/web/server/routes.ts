import { act } from './actions.ts';
import { lookAt } from './object.ts';
import { type Outage, rehearse, rehearsed } from './rehearsal.ts';
import type { Viewer } from './viewer.ts';

/** A request of the page, once it is known who makes it. */
export interface Asked {
  viewer: Viewer;
  query: URLSearchParams;
  /** Ends when nobody waits for the answer any more. */
  signal: AbortSignal;
  /** What can be away on demand; undefined where nothing is rehearsed. */
  outages: Outage[] | undefined;
  /** What was posted, read from JSON. Throws ActionError for what is none. */
  body(): Promise<unknown>;
}

/** Answered as JSON. */
type Answer = (asked: Asked) => Promise<unknown>;

export const reads: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['/api/rehearsal', rehearsed],
  ['/api/object', ({ viewer, query, signal }) => lookAt(viewer, query, signal)],
]);

export const writes: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['/api/rehearsal', rehearse],
  ['/api/action', async ({ viewer, body, signal }) => act(viewer, await body(), signal)],
]);
