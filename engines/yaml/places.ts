import { isObject, type Json } from '@millrace/json';
import { jsonMaker } from './json-maker.ts';
import type { ListMaker, Maker } from './maker.ts';
import { cursorOf, type ReadOptions, readAll } from './read.ts';

/** A scalar that is no key, from its first character or quote to behind its last; block scalars start at | or >. */
export interface PlacedScalar {
  start: number;
  end: number;
  text: string;
  /** It stands within [] or {}. */
  inFlow: boolean;
}

/** A comment, from its # to the end of its line. */
export interface PlacedComment {
  start: number;
  end: number;
  /** Where its # stands, from 0. */
  column: number;
}

export interface PlacedDocument {
  /** Plain scalars are texts as they are written. */
  value: Json;
  start: number;
  /** Where the items of `items:` start, if the document has such a list in block style. */
  items: number[];
}

export interface Places {
  documents: PlacedDocument[];
  /** In their order. */
  scalars: PlacedScalar[];
  comments: PlacedComment[];
}

/**
 * The documents of a YAML text, and where their scalars and comments stand: for who changes some of them in the text.
 * Of keys that are given twice the first counts. @throws YamlError as parseAll.
 */
export function parsePlaces(text: string, options: Pick<ReadOptions, 'source' | 'limits'> = {}): Places {
  const scalars: PlacedScalar[] = [];
  const comments: PlacedComment[] = [];
  const reading = { ...options, duplicates: 'first' as const };
  const cursor = cursorOf(text, reading, {
    onScalar: (start, end, text, inFlow) => scalars.push({ start, end, text, inFlow }),
    onComment: (start, end, column) => comments.push({ start, end, column }),
  });
  const starts = new WeakMap<Json[], number[]>();
  const documents = readAll(cursor, makerOf(starts), (value, start) => {
    const items = isObject(value) && Array.isArray(value.items) ? starts.get(value.items) : undefined;
    return { value, start, items: items ?? [] };
  });
  return { documents, scalars, comments };
}

/** @param starts where the items of each list in block style start */
function makerOf(starts: WeakMap<Json[], number[]>): Maker<Json> {
  return {
    ...jsonMaker,
    // Nobody asks what a number is; one that JSON has not is no reason to refuse the text.
    scalar: (_, text) => text,
    list: () => placedList(starts),
  };
}

function placedList(starts: WeakMap<Json[], number[]>): ListMaker<Json> {
  const list: Json[] = [];
  const places: number[] = [];
  return {
    add(item, at) {
      list.push(item);
      places.push(at);
    },
    build() {
      starts.set(list, places);
      return list;
    },
  };
}
