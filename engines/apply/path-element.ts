import { isObject, type Json, type JsonObject } from '@millrace/json';

/**
 * One step of a path in a field set, in the form that fieldsV1 serialises it:
 * `f:name` a field, `k:{"name":"x"}` a list item by its keys, `v:"x"` a set item by its value, `i:0` an index.
 * Equal steps are equal strings, so that sets of steps are sets of strings.
 */
export type PathElement = string;

export function fieldElement(name: string): PathElement {
  return fields.of(name, made => `f:${made}`);
}

/** `keys` in any order; an item is told by those of its key fields that it has. */
export function keyElement(keys: JsonObject): PathElement {
  return `k:${goJson(keys)}`;
}

/** The same for keys that are JSON already, without the braces and in the order of their names. */
export function keysElement(members: string): PathElement {
  return `k:${escaped(`{${members}}`)}`;
}

/** The element of an item that has one key field, which is what most have. */
export function oneKeyElement(name: string, value: string): PathElement {
  let known = items.get(name);
  if (!known) items.set(name, (known = new Remembered()));
  return known.of(value, made => keyElement({ [name]: made }));
}

export function valueElement(value: Json): PathElement {
  return `v:${goJson(value)}`;
}

/**
 * Reads one key of fieldsV1 and brings it to its canonical form. Kinds of steps that are not known are skipped
 * (undefined), so that later ones can be added. Throws SyntaxError when the key is malformed.
 */
export function parseElement(text: string): PathElement | undefined {
  return text.startsWith('f:') ? text : canonical.of(text, canonicalElement);
}

/** Objects have the same fields and items again and again; one string for each is found faster in sets. */
class Remembered<Element extends PathElement | undefined> {
  readonly #elements = new Map<string, Element>();

  of(text: string, make: (text: string) => Element): Element {
    let element = this.#elements.get(text);
    if (element === undefined) {
      element = make(text);
      if (this.#elements.size >= mostKept) this.#elements.clear();
      this.#elements.set(text, element);
    }
    return element;
  }
}

const mostKept = 10_000;
const fields = new Remembered<PathElement>();
/** By the name of the key field. */
const items = new Map<string, Remembered<PathElement>>();
const canonical = new Remembered<PathElement | undefined>();

function canonicalElement(text: string): PathElement | undefined {
  if (text[1] !== ':') throw malformed(text);
  const rest = text.slice(2);
  switch (text[0]) {
    case 'k': {
      const keys: unknown = JSON.parse(rest);
      if (!isObject(keys)) throw malformed(text);
      return keyElement(keys);
    }
    case 'v':
      return valueElement(JSON.parse(rest) as Json);
    case 'i':
      if (!/^[+-]?\d+$/.test(rest)) throw malformed(text);
      return `i:${Number(rest)}`;
    default:
      return undefined;
  }
}

function malformed(text: string): SyntaxError {
  return new SyntaxError(`fieldsV1 key ${JSON.stringify(text)} is malformed`);
}

/** The step as it is printed in conflicts: `.image`, `[name="nginx"]`, `[="a"]`, `[0]`. */
export function printElement(element: PathElement): string {
  const rest = element.slice(2);
  switch (element[0]) {
    case 'f':
      return `.${rest}`;
    case 'k': {
      const keys = Object.entries(JSON.parse(rest) as JsonObject);
      return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
    }
    case 'v':
      return `[=${JSON.stringify(JSON.parse(rest))}]`;
    default:
      return `[${rest}]`;
  }
}

/** Name of the field that the step selects; undefined for items of lists. */
export function fieldName(element: PathElement): string | undefined {
  return element[0] === 'f' ? element.slice(2) : undefined;
}

/** The steps in the order in which fieldsV1 lists them: fields, then keys, then values, then indexes. */
export function sortElements(elements: readonly PathElement[]): PathElement[] {
  // Each is read once, however often it is compared.
  return elements
    .map(readElement)
    .sort(compareElements)
    .map(({ element }) => element);
}

interface ReadElement {
  readonly element: PathElement;
  readonly order: number;
  /** The name, value or index. */
  readonly value: Json;
  /** Of a key. */
  readonly entries: readonly [string, Json][];
}

function readElement(element: PathElement): ReadElement {
  const rest = element.slice(2);
  const [kind] = element;
  const entries = kind === 'k' ? Object.entries(JSON.parse(rest) as JsonObject) : [];
  const value = kind === 'f' ? rest : kind === 'v' ? (JSON.parse(rest) as Json) : Number(rest);
  return { element, order: order(element), value: kind === 'k' ? null : value, entries };
}

function compareElements(a: ReadElement, b: ReadElement): number {
  return a.order - b.order || compareKeys(a.entries, b.entries) || compareValues(a.value, b.value);
}

function order(element: PathElement): number {
  return 'fkvi'.indexOf(element[0] as string);
}

function compareKeys(left: readonly [string, Json][], right: readonly [string, Json][]): number {
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [leftName, leftValue] = left[i] as [string, Json];
    const [rightName, rightValue] = right[i] as [string, Json];
    if (leftName !== rightName) return leftName < rightName ? -1 : 1;
    const values = compareValues(leftValue, rightValue);
    if (values !== 0) return values;
  }
  return left.length - right.length;
}

/** Numbers before strings before booleans before the rest, as structured-merge-diff orders values. */
function compareValues(a: Json, b: Json): number {
  const kind = valueOrder(a) - valueOrder(b);
  if (kind !== 0) return kind;
  if (typeof a === 'object' || typeof b === 'object') return 0;
  return a === b ? 0 : a < b ? -1 : 1;
}

function valueOrder(value: Json): number {
  const index = ['number', 'string', 'boolean'].indexOf(typeof value);
  return index === -1 ? 3 : index;
}

/** JSON as Go's encoder writes it: keys sorted, and what is special in HTML escaped. */
function goJson(value: Json): string {
  if (!isObject(value)) return escaped(JSON.stringify(value));
  const names = Object.keys(value);
  if (names.length > 1) names.sort();
  return escaped(
    `{${names.map(name => `${JSON.stringify(name)}:${JSON.stringify(value[name])}`).join(',')}}`,
  );
}

const special = /[<>&\u2028\u2029]/;
const specials = /[<>&\u2028\u2029]/g;

function escaped(text: string): string {
  if (!special.test(text)) return text;
  return text.replace(specials, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
