import type { Json } from '@millrace/json';
import { readDocument } from './block.ts';
import {
  Cursor,
  type CursorOptions,
  type DuplicateListener,
  type Duplicates,
  type Limits,
  type PlainValueListener,
} from './cursor.ts';
import { jsonMaker } from './json-maker.ts';
import { readJson } from './json-text.ts';
import type { Maker } from './maker.ts';
import type { ScalarRules } from './scalar.ts';

export interface ReadOptions {
  /** The file's name, for errors. */
  source?: string | undefined;
  /** Whose rules for scalars: `kubernetes` is the default. */
  rules?: ScalarRules;
  limits?: Partial<Limits>;
  /**
   * What becomes of whole numbers beyond 2^53, which Go keeps: `rounded` (the default) to the nearest double,
   * or `exact`, a bigint in the place of the number. The type Json does not name bigint: `exact` is for a
   * caller that only passes values on to `stringify`, which prints it, or to JSON by a replacer of its own.
   */
  integers?: 'rounded' | 'exact';
  /**
   * What becomes of a key that a map has twice: `refused` (the default); `last`, what sigs.k8s.io/yaml does where it
   * is not told to be strict, by which keys that `<<` merges in replace what stands before them; or `first`.
   */
  duplicates?: Duplicates;
  /** Where duplicates are not refused, told of each key that is given again. */
  onDuplicate?: DuplicateListener;
  /**
   * Told of every value of a map that was written plain and is not that text (1.10, 0x10, ~, a date), with the
   * text; '' where nothing stands behind the key.
   */
  onPlainValue?: PlainValueListener;
}

/** One document and the line (from 1) on which its content starts. */
export interface Document {
  value: Json;
  line: number;
}

const defaultLimits: Limits = { size: 64 * 1024 * 1024, depth: 500, copies: 1_000_000 };

/**
 * The documents of a YAML (or JSON) text; empty ones are left out. Aliases are replaced by copies, merge
 * keys are merged, so nothing in the answer is shared.
 * @throws YamlError with source, line and column for a text that Go's reader refuses, for duplicate keys,
 * and for one that goes beyond the limits.
 */
export function parseAll(text: string, options: ReadOptions = {}): Json[] {
  const { integers, onPlainValue, limits } = options;
  const { size, depth } = { ...defaultLimits, ...limits };
  const isJson = integers !== 'exact' && !onPlainValue && text.length <= size;
  const json = isJson ? readJson(text, depth) : undefined;
  if (json !== undefined) return [json];
  return readAll(cursorOf(text, options), jsonMaker, value => value);
}

/** As parseAll, each document with the line on which it starts. */
export function parseDocuments(text: string, options: ReadOptions = {}): Document[] {
  let line = 1;
  let counted = 0;
  return readAll(cursorOf(text, options), jsonMaker, (value, start) => {
    for (; counted < start; counted++) if (text.charCodeAt(counted) === 0x0a) line++;
    return { value, line };
  });
}

export function cursorOf(
  text: string,
  options: ReadOptions,
  listeners: Pick<CursorOptions, 'onComment' | 'onScalar'> = {},
): Cursor {
  return new Cursor(text, {
    source: options.source,
    rules: options.rules ?? 'kubernetes',
    exactIntegers: options.integers === 'exact',
    duplicates: options.duplicates,
    onDuplicate: options.onDuplicate,
    onPlainValue: options.onPlainValue,
    limits: { ...defaultLimits, ...options.limits },
    ...listeners,
  });
}

/** What is made of each document, by where its content starts. */
export function readAll<V, T>(cursor: Cursor, make: Maker<V>, document: (value: V, start: number) => T): T[] {
  const documents: T[] = [];
  for (;;) {
    const begun = toDocument(cursor);
    cursor.skip(false);
    if (cursor.pos >= cursor.end) return documents;
    if (cursor.atDocumentMarker()) continue;
    const start = cursor.pos;
    documents.push(document(readDocument(cursor, begun && !onFreshLine(cursor), make), start));
  }
}

function onFreshLine(cursor: Cursor): boolean {
  return cursor.text.slice(cursor.lineStart, cursor.pos).trim() === '';
}

/** Steps over directives and markers; true when `---` opened the document that follows. */
function toDocument(cursor: Cursor): boolean {
  for (;;) {
    cursor.skip(false);
    if (cursor.peek() === 0x25 && cursor.column === 0) {
      cursor.skipComment();
    } else if (cursor.atDocumentMarker()) {
      const begins = cursor.peek() === 0x2d;
      cursor.pos += 3;
      if (begins) return true;
    } else return false;
  }
}
