import type { ServerResponse } from 'node:http';
import { ActionError, act } from './actions.ts';
import type { Asked } from './asked.ts';
import { historyAnswer } from './history.ts';
import { streamChanges } from './live.ts';
import { streamLogs } from './logs.ts';
import { readNamed } from './named-object.ts';
import { lookAt } from './object.ts';
import { ownedYaml } from './owned-yaml.ts';
import type { PreviewAnswers } from './preview-of.ts';
import { rehearse, rehearsed } from './rehearsal.ts';
import { compareReleases, manifestOf, releasesOf } from './releases.ts';
import { treeBelow } from './tree.ts';
import { valuesAnswer } from './values.ts';
import { wayBack } from './way-back.ts';

/** Answered as JSON. */
type Answer = (asked: Asked) => Promise<unknown>;

export const reads: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['/api/rehearsal', rehearsed],
  ['/api/tree', treeBelow],
  ['/api/object', ({ viewer, query, signal }) => lookAt(viewer, query, signal)],
  ['/api/choices', asked => previewsIn(asked).choices(asked)],
  ['/api/compare', asked => previewsIn(asked).compare(asked)],
  ['/api/history', historyAnswer],
  ['/api/way-back', wayBack],
  ['/api/values', valuesAnswer],
  ['/api/releases', releasesOf],
  ['/api/releases/manifest', manifestOf],
  ['/api/releases/compare', compareReleases],
  ['/api/yaml', async ({ viewer, query, signal }) => ownedYaml(await readNamed(viewer, query, signal))],
]);

function previewsIn({ previews }: Asked): PreviewAnswers {
  if (previews) return previews;
  throw new ActionError('this page cannot tell what objects would become: "millrace web" can');
}

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
