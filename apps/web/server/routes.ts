import { act } from './actions.ts';
import type { Asked } from './asked.ts';
import { lookAt } from './object.ts';
import { rehearse, rehearsed } from './rehearsal.ts';

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
