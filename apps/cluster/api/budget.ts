import type { Json, JsonObject } from '@millrace/json';
import type { Resource } from './resource.ts';
import { badRequest, entityTooLarge } from './status.ts';
import { objectAt } from './tree.ts';

/** How much one value may be: a write is done in one go, and others wait meanwhile. */
interface Budget {
  /** Keys of objects and items of lists, at any depth. */
  readonly values: number;
  /** Characters of keys and texts. */
  readonly characters: number;
}

/** Far beyond what people write, and what readers of trees can go down. */
const deepest = 200;

/** What a body holds at most, whatever it is about. */
const body: Budget = { values: 200_000, characters: 3 * 2 ** 20 };

/**
 * What an object holds at most. Of built-in kinds, each value is validated, defaulted and owned; custom resources hold
 * long inventories; definitions are long, and few may write them.
 */
const builtIn: Budget = { values: 20_000, characters: body.characters };
const custom: Budget = { values: 60_000, characters: body.characters };
const definition: Budget = { values: 150_000, characters: body.characters };

const definitions = 'apiextensions.k8s.io/customresourcedefinitions';

/** Throws 400 for a body that is nested too deeply, and 413 for one of too many values. */
export function requireBodyInBudget(value: Json): void {
  requireWithin(value, body, 'a body');
}

/** Throws 400 for an object that is nested too deeply, and 413 for one of too many values or too much text. */
export function requireObjectInBudget(object: JsonObject, { kind, storage, ...resource }: Resource): void {
  const budget = storage === definitions ? definition : resource.custom ? custom : builtIn;
  const { managedFields = null, ...metadata } = objectAt(object, 'metadata');
  requireWithin({ ...object, metadata }, budget, `a ${kind}`);
  // Who owns what is said of the rest, by each of several managers.
  const ofManagers = { ...budget, values: 4 * budget.values };
  requireWithin(managedFields, ofManagers, `metadata.managedFields of a ${kind}`);
}

function requireWithin(value: Json, { values, characters }: Budget, what: string): void {
  const size = sizeOf(value, { values, characters, depth: deepest });
  if (size.depth > deepest)
    throw badRequest(`${what} is nested more than ${deepest} levels deep: exceeded max depth`);
  if (size.values > values)
    throw entityTooLarge(`${what} holds at most ${values} values (keys of objects and items of lists)`);
  if (size.characters > characters) throw entityTooLarge(`limit is ${characters}`);
}

interface Size {
  values: number;
  characters: number;
  depth: number;
}

/** How large a value is; it stops at the first limit that is passed. No recursion: depth is what is looked for. */
export function sizeOf(value: Json, limit: Size): Size {
  const size: Size = { values: 0, characters: 0, depth: 0 };
  let level: Json[] = [value];
  const add = (item: Json, next: Json[]) => {
    size.values++;
    if (typeof item === 'string') size.characters += item.length;
    else if (typeof item === 'object' && item !== null) next.push(item);
  };
  if (typeof value === 'string') size.characters += value.length;
  const within = () => size.values <= limit.values && size.characters <= limit.characters;
  while (level.length > 0 && size.depth <= limit.depth && within()) {
    const next: Json[] = [];
    for (const each of level) {
      if (!within()) break;
      if (Array.isArray(each)) for (const item of each) add(item, next);
      else if (typeof each === 'object' && each !== null)
        for (const key in each) {
          size.characters += key.length;
          add(each[key]!, next);
        }
    }
    level = next;
    if (level.length > 0) size.depth++;
  }
  return size;
}
