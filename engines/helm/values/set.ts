import { quote, typeName, type Value } from '@millrace/go-template';
import type { Values } from '../chart/chart.ts';
import { maxFilled, maxIndex, maxLists, maxNesting } from './set-limits.ts';
import { SetText } from './set-text.ts';
import { assign, isTable, lookUp } from './table.ts';
import { ValuesError } from './values-error.ts';

/** How a flag of the family spells its values. */
export interface Syntax {
  /** A backslash escapes, and a comma ends a value. */
  escapes: boolean;
  /** Reads the value behind `=`. `ended` says that the text ended where a value was to begin. */
  value: (text: SetText) => { value: Value; ended: boolean };
}

/**
 * Put the values that a text such as `a.b[0]=x,c={1,2}` sets into a table, which is changed.
 * A text that ends early sets what it has said so far, as Helm does.
 * @throws ValuesError in the words of Helm's strvals.
 */
export function setInto(values: Values, text: string, syntax: Syntax): void {
  const setter = new Setter(new SetText(text), syntax);
  while (!setter.key(values, 0));
}

/** Every method answers whether the text has ended: then what was begun is left as it is. */
class Setter {
  readonly #text: SetText;
  readonly #syntax: Syntax;
  readonly #keyStops: string;
  #filled = 0;

  constructor(text: SetText, syntax: Syntax) {
    this.#text = text;
    this.#syntax = syntax;
    this.#keyStops = syntax.escapes ? '=[,.' : '=[.';
  }

  key(table: Values, nesting: number): boolean {
    const { text: key, stop } = this.#text.until(this.#keyStops, this.#syntax.escapes);
    switch (stop) {
      case '':
        if (key === '') return true;
        throw new ValuesError(`key ${quote(key)} has no value`);
      case '[':
        return this.#indexed(table, key, nesting);
      case '.':
        return this.#nested(table, key, nesting + 1);
      case ',':
        throw new ValuesError(`key ${quote(key)} has no value (cannot end with ,)`);
      default: {
        const { value, ended } = this.#syntax.value(this.#text);
        set(table, key, value);
        return ended;
      }
    }
  }

  #nested(table: Values, key: string, nesting: number): boolean {
    if (nesting > maxNesting) {
      throw new ValuesError(
        `value name nested level is greater than maximum supported nested level of ${maxNesting}`,
      );
    }
    const own = lookUp(table, key);
    const inner = own === undefined ? {} : own;
    if (!isTable(inner)) throw unfit(inner, 'map[string]interface {}');
    const ended = this.key(inner, nesting);
    const isEmpty = Object.keys(inner).length === 0;
    if (!ended && isEmpty) throw new ValuesError(`key map ${quote(key)} has no value`);
    if (!isEmpty) set(table, key, inner);
    return ended;
  }

  #indexed(table: Values, key: string, nesting: number): boolean {
    const index = this.#index();
    if (index === undefined) return true;
    const own = lookUp(table, key);
    const list = own === undefined ? [] : own;
    if (!Array.isArray(list)) throw unfit(list, '[]interface {}');
    const ended = this.#item(list, index, { nesting, lists: 1 });
    set(table, key, list);
    return ended;
  }

  /** The number before `]`; undefined at the end of the text. */
  #index(): number | undefined {
    const { text, stop } = this.#text.until(']', this.#syntax.escapes);
    if (stop === '') return undefined;
    if (!/^[-+]?[0-9]+$/.test(text)) {
      throw new ValuesError(`error parsing index: strconv.Atoi: parsing ${quote(text)}: invalid syntax`);
    }
    if (BigInt.asIntN(64, BigInt(text.replace('+', ''))) !== BigInt(text.replace('+', ''))) {
      throw new ValuesError(`error parsing index: strconv.Atoi: parsing ${quote(text)}: value out of range`);
    }
    return Number(text);
  }

  #item(list: Value[], index: number, depth: Depth): boolean {
    if (index < 0) throw new ValuesError(`negative ${index} index not allowed`);
    const { text, stop } = this.#text.until('[.=', this.#syntax.escapes);
    if (text !== '') throw new ValuesError(`unexpected data at end of array index: [${runes(text)}]`);
    if (stop === '') return true;
    if (stop === '=') {
      this.#setItem(list, index, this.#syntax.value(this.#text).value);
      return false;
    }
    return stop === '[' ? this.#innerList(list, index, depth) : this.#innerTable(list, index, depth.nesting);
  }

  #innerList(list: Value[], index: number, { nesting, lists }: Depth): boolean {
    if (lists >= maxLists) throw new ValuesError(`lists are nested more than ${maxLists} levels deep`);
    const next = this.#index();
    if (next === undefined) return true;
    const inner = list[index] ?? [];
    if (!Array.isArray(inner)) throw unfit(inner, '[]interface {}');
    const ended = this.#item(inner, next, { nesting, lists: lists + 1 });
    if (!ended) this.#setItem(list, index, inner);
    return ended;
  }

  #innerTable(list: Value[], index: number, nesting: number): boolean {
    const old = list[index];
    const inner = isTable(old) ? old : {};
    if (index < list.length) list[index] = inner;
    const ended = this.key(inner, nesting);
    if (!ended) this.#setItem(list, index, inner);
    return ended;
  }

  /** Items that the list does not have yet are null. */
  #setItem(list: Value[], index: number, value: Value): void {
    if (index > maxIndex) {
      throw new ValuesError(`index of ${index} is greater than maximum supported index of ${maxIndex}`);
    }
    this.#filled += Math.max(index - list.length, 0);
    if (this.#filled > maxFilled)
      throw new ValuesError(`lists have more than ${maxFilled} items without a value`);
    while (list.length < index) list.push(null);
    list[index] = value;
  }
}

interface Depth {
  /** Keys. */
  nesting: number;
  /** Lists in lists. */
  lists: number;
}

/** A list of characters as Go prints it with %q. */
function runes(text: string): string {
  return Array.from(text, one => `'${one === '"' ? one : quote(one).slice(1, -1)}'`).join(' ');
}

/** An empty key sets nothing. */
function set(table: Values, key: string, value: Value): void {
  if (key !== '') assign(table, key, value);
}

function unfit(value: Value, wanted: string): ValuesError {
  const found = value === null ? 'nil' : typeName(value);
  return new ValuesError(
    `unable to parse key: interface conversion: interface {} is ${found}, not ${wanted}`,
  );
}
