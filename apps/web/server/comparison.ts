import { setImmediate } from 'node:timers/promises';
import { type Change, changesBetween, type Json, type JsonObject } from '@millrace/json';
import { masked, maskedJson, maskedPair, shownObject } from '@millrace/masking';
import { stringify } from '@millrace/yaml';
import type { ComparedAction, ComparedObject, Comparison } from '../model/comparison.ts';
import { eachGently, maskedGently } from './gently.ts';

/** An object in the two states that are compared, as far as there is one, with all that it holds. */
export interface ObjectPair {
  /** `Deployment/shop/api`. */
  object: string;
  action: ComparedAction;
  before?: JsonObject;
  after?: JsonObject;
  /** Why it is skipped, or has failed. */
  problem?: string;
}

/** What a comparison has found, before anything is hidden. */
export interface Found {
  pairs: ObjectPair[];
  same: number;
  left?: number;
  notes?: string[];
  /** What Secrets hold that may stand in it, the longest first. */
  secrets: readonly string[];
}

/** Characters of one text and of all, comparisons of characters with secrets, and fields of an object. */
export const most = { text: 400_000, all: 4_000_000, searched: 1_000_000_000, fields: 200, objects: 3000 };

const tooLong = 'it is too long to be shown here';

/** Objects that are shown without a break. */
const portion = 20;

/** What has been found as it may be shown: Secrets are masked, and what they hold wherever it turns up. */
export async function comparisonOf({
  pairs,
  same,
  left = 0,
  notes = [],
  secrets,
}: Found): Promise<Comparison> {
  const room = { ...most };
  const objects: ComparedObject[] = [];
  for (const pair of pairs.slice(0, most.objects)) {
    objects.push(await shownPair(pair, secrets, room));
    // Others are served in between.
    if (objects.length % portion === 0) await setImmediate();
  }
  return {
    objects,
    same,
    left: left + Math.max(0, pairs.length - most.objects),
    notes: notes.map(note => masked(note, secrets)),
  };
}

async function shownPair(
  { object, action, before, after, problem }: ObjectPair,
  secrets: readonly string[],
  room: { all: number; searched: number },
): Promise<ComparedObject> {
  const base = { object, action, ...(problem === undefined ? {} : { problem: masked(problem, secrets) }) };
  const [shownBefore, shownAfter] =
    before && after
      ? maskedPair(before, after)
      : [before && shownObject(before), after && shownObject(after)];
  const texts = [shownBefore, shownAfter].map(one => (one ? stringify(one) : ''));
  const length = texts[0]!.length + texts[1]!.length;
  room.all -= length;
  // The texts are searched for each of the secrets, and so are the fields.
  room.searched -= 2 * length * secrets.length;
  if (texts.some(text => text.length > most.text) || room.all < 0 || room.searched < 0)
    return { ...base, before: '', after: '', fields: [], problem: problem ?? tooLong };
  const fields = shownBefore && shownAfter ? await fieldsBetween(shownBefore, shownAfter, secrets) : [];
  const [old, fresh] = [await maskedGently(texts[0]!, secrets), await maskedGently(texts[1]!, secrets)];
  return { ...base, before: old, after: fresh, fields };
}

function fieldsBetween(before: JsonObject, after: JsonObject, secrets: readonly string[]) {
  const side = (name: 'before' | 'after', value: Json | undefined) =>
    value === undefined ? {} : { [name]: maskedJson(value, secrets) };
  const weightOf = (change: Change) => (JSON.stringify(change).length + secrets.length) * secrets.length;
  return eachGently(changesBetween(before, after).slice(0, most.fields), weightOf, change => ({
    path: masked(change.path, secrets),
    ...side('before', change.before),
    ...side('after', change.after),
  }));
}
