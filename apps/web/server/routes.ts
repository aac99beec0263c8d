import { act } from './actions.ts';
import { readNamed } from './named-object.ts';
import { lookAt } from './object.ts';
import { ownedYaml } from './owned-yaml.ts';
import type { Viewer } from './viewer.ts';

/** A request of the page, once it is known who makes it. */
export interface Asked {
  viewer: Viewer;
  query: URLSearchParams;
  /** Ends when nobody waits for the answer any more. */
  signal: AbortSignal;
  /** What was posted, read from JSON. Throws ActionError for what is none. */
  body(): Promise<unknown>;
}

/** Answered as JSON. */
type Answer = (asked: Asked) => Promise<unknown>;

export const reads: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['/api/object', ({ viewer, query, signal }) => lookAt(viewer, query, signal)],
  ['/api/yaml', async ({ viewer, query, signal }) => ownedYaml(await readNamed(viewer, query, signal))],
]);

export const writes: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['/api/action', async ({ viewer, body, signal }) => act(viewer, await body(), signal)],
]);
