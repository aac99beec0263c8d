import { isObject, type Json, put } from '@millrace/json';
import type { Cursor } from './cursor.ts';
import type { ListMaker, Maker, MapMaker } from './maker.ts';
import { matches, scalarValue } from './properties.ts';
import { cursorOf, type ReadOptions, readAll } from './read.ts';
import { resolveExactly } from './scalar.ts';
import { isTimestamp } from './timestamp.ts';

/** A value and its place: what a plain value has not. */
export type Node = ScalarNode | MapNode | ListNode;

export interface ScalarNode {
  kind: 'scalar';
  /** A whole number is a bigint, a float a number; a timestamp is in RFC 3339. */
  value: string | bigint | number | boolean | null;
  timestamp: boolean;
}

export interface MapNode {
  kind: 'map';
  /** Where its keys stand, from 0; -1 where that is not known: in flow style, and behind an alias. */
  column: number;
  /** As they were written. Merge keys are not merged: the key is `<<`. */
  entries: { key: string; value: Node; at: number }[];
}

export interface ListNode {
  kind: 'list';
  /** Where its dashes stand. */
  column: number;
  items: { value: Node; at: number }[];
}

/** A comment without its #, and where that stands. */
export interface CommentNode {
  text: string;
  at: number;
  column: number;
  /** Something other than white space stands before it on its line. */
  inline: boolean;
}

export interface NodeDocument {
  root: Node;
  /** Where its content begins; -1 for a document without content. */
  at: number;
}

export interface NodeDocuments {
  documents: NodeDocument[];
  /** Of all documents, in their order, but for those inside of flow collections. */
  comments: CommentNode[];
}

export interface NodeOptions extends Pick<ReadOptions, 'source' | 'limits'> {
  /** How many keys and items of block style the text may have: 1,000,000 unless it is said. */
  nodes?: number;
}

/**
 * The documents of a YAML text as nodes in their order, with the comments, for who writes them anew. Scalars are
 * go-yaml v3's. Aliases are replaced by what they point at.
 * @throws YamlError as parseAll.
 */
export function parseNodes(text: string, options: NodeOptions = {}): NodeDocuments {
  const { nodes = 1_000_000 } = options;
  const comments: CommentNode[] = [];
  const reading = { ...options, rules: 'go-yaml-3' as const };
  const cursor = cursorOf(text, reading, {
    onComment(at, end, column, inFlow) {
      if (inFlow) return;
      const inline = text.slice(at - column, at).trim() !== '';
      comments.push({ text: text.slice(at + 1, end), at, column, inline });
    },
  });
  const documents = readAll(cursor, new NodeMaker(nodes), (root, at) => ({ root, at }));
  return { documents, comments };
}

class NodeMaker implements Maker<Node> {
  /** So that anchors within anchors are turned into values once. */
  readonly #known = new Map<Node, Json>();
  readonly #limit: number;
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  #counted(cursor: Cursor, at: number): void {
    if (++this.#count > this.#limit) cursor.fail(`the text has more than ${this.#limit} keys and items`, at);
  }

  scalar(cursor: Cursor, text: string, tag: string | undefined, plain: boolean, at: number): ScalarNode {
    if (tag !== undefined && !numeric.has(tag)) return ofText(scalarValue(cursor, text, tag, plain, at));
    if (tag === undefined && !plain) return ofText(text);
    const value = resolveExactly(text, cursor.rules);
    if (typeof value === 'string') return { kind: 'scalar', value, timestamp: isTimestamp(text) };
    if (tag !== undefined && !matches(typeof value === 'bigint' ? Number(value) : value, tag))
      cursor.fail(`the value cannot be read as ${tag}`, at);
    const whole = typeof value === 'number' && tag !== '!!float' && integer.test(text);
    return { kind: 'scalar', value: whole ? BigInt(value) : value, timestamp: false };
  }

  value(value: Json): Node {
    if (Array.isArray(value))
      return { kind: 'list', column: -1, items: value.map(item => ({ value: this.value(item), at: -1 })) };
    if (isObject(value)) {
      const entries = Object.keys(value).map(key => ({ key, value: this.value(value[key]!), at: -1 }));
      return { kind: 'map', column: -1, entries };
    }
    const whole = typeof value === 'number' && Number.isInteger(value);
    return { kind: 'scalar', value: whole ? BigInt(value) : value, timestamp: false };
  }

  toJson(node: Node): Json {
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const value = this.#json(node);
    this.#known.set(node, value);
    return value;
  }

  #json(node: Node): Json {
    if (node.kind === 'list') return node.items.map(item => this.toJson(item.value));
    if (node.kind === 'scalar') return typeof node.value === 'bigint' ? Number(node.value) : node.value;
    const object = {};
    for (const { key, value } of node.entries) put(object, key, this.toJson(value));
    return object;
  }

  map(cursor: Cursor, column: number): MapMaker<Node> {
    const entries: MapNode['entries'] = [];
    const keys = new Set<string>();
    const add = (key: string, value: Node, at: number) => {
      this.#counted(cursor, at);
      if (keys.has(key)) cursor.fail(`the key ${JSON.stringify(key)} is given twice`, at);
      keys.add(key);
      entries.push({ key, value, at });
    };
    return {
      add,
      merge: (value, at) => add('<<', value, at),
      build: () => ({ kind: 'map', column, entries }),
    };
  }

  list(cursor: Cursor, column: number): ListMaker<Node> {
    const items: ListNode['items'] = [];
    return {
      add: (value, at) => {
        this.#counted(cursor, at);
        items.push({ value, at });
      },
      build: () => ({ kind: 'list', column, items }),
    };
  }
}

const numeric = new Set(['!!null', '!!bool', '!!int', '!!float']);
const integer = /^[-+]?(?:[0-9][0-9_]*|0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+)$/;

function ofText(value: Json): ScalarNode {
  return { kind: 'scalar', value: typeof value === 'string' ? value : null, timestamp: false };
}
