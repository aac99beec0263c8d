import type { ServerResponse } from 'node:http';
import { act } from './actions.ts';
import type { Asked } from './asked.ts';
import { streamChanges } from './live.ts';
import { streamLogs } from './logs.ts';
import { lookAt } from './object.ts';
import { rehearse, rehearsed } from './rehearsal.ts';
import { treeBelow } from './tree.ts';

/** Answered as JSON. */
type Answer = (asked: Asked) => Promise<unknown>;

export const reads: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['/api/rehearsal', rehearsed],
  ['/api/tree', treeBelow],
  ['/api/object', ({ viewer, query, signal }) => lookAt(viewer, query, signal)],
]);

export const writes: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['/api/rehearsal', rehearse],
  ['/api/action', async ({ viewer, body, signal }) => act(viewer, await body(), signal)],
]);

/** Answered as server-sent events, for as long as somebody looks. */
export const streams: ReadonlyMap<string, (asked: Asked, response: ServerResponse) => Promise<void>> =
  new Map([
    ['/api/watch', streamChanges],
    ['/api/logs', streamLogs],
  ]);
