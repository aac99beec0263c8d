import {
  type GoMap,
  GoObject,
  integerOf,
  isObjectMap,
  isTypedNil,
  kindOf,
  printed,
  sortedKeys,
  TemplateFunction,
  type Value,
} from '@millrace/go-template';

/** A value that has no TOML form, in the words of BurntSushi/toml. */
export class TomlEncodeError extends Error {
  override readonly name = 'TomlEncodeError';
}

/** Nil as a whole, at which the library panics. */
export class NilEncodeError extends Error {
  override readonly name = 'NilEncodeError';
}

/**
 * A map as TOML: keys sorted, plain ones before tables, two spaces for each level of tables. A value that is no map is
 * written as it would be in a list. Throws TomlEncodeError, and NilEncodeError for nil.
 *
 * Rule: github.com/BurntSushi/toml v1.6.0
 */
export function encodeToml(value: Value): string {
  // The library does not look for this: Go's reflection does, also for toToml.
  if (isNothing(value)) throw new NilEncodeError('reflect: call of reflect.Value.Type on zero Value');
  const writer = new Writer();
  writer.entry([], value);
  return writer.out;
}

/** What TOML takes a value for. `nothing` is left out of maps and refused in lists. */
type Kind = 'nothing' | 'scalar' | 'list' | 'table' | 'tables';

function tomlKind(value: Value): Kind {
  if (isNothing(value)) return 'nothing';
  if (value instanceof GoObject && isScalarObject(value)) return 'scalar';
  const plain = plainOf(value);
  if (plain instanceof Uint8Array) return 'list';
  if (Array.isArray(plain)) return isTableList(plain) ? 'tables' : 'list';
  if (plain instanceof Map || isObjectMap(plain)) return 'table';
  if (plain instanceof TemplateFunction || kindOf(plain) === 'func')
    throw new TomlEncodeError('unsupported type: func');
  return 'scalar';
}

function isNothing(value: Value): boolean {
  return value === undefined || value === null || isTypedNil(value);
}

/** Named types that are written as text: those that marshal themselves, durations and times. */
function isScalarObject({ shape }: GoObject): boolean {
  return shape.base === undefined ? !shape.fields : !['map', 'slice'].includes(shape.kind);
}

function plainOf(value: Value): Value {
  if (!(value instanceof GoObject)) return value;
  if (value.shape.base !== undefined) return value.shape.base;
  if (!value.shape.fields) return value;
  return Object.fromEntries(Object.entries(value.shape.fields).filter(([name]) => /^\p{Lu}/u.test(name)));
}

function isTableList(list: Value[]): boolean {
  let isTables = list.length > 0;
  for (const item of list) {
    const kind = tomlKind(item);
    if (kind === 'nothing') throw new TomlEncodeError('toml: cannot encode array with nil element');
    if (kind !== 'table') isTables = false;
  }
  return isTables;
}

class Writer {
  out = '';

  entry(path: string[], value: Value): void {
    const kind = tomlKind(value);
    if (kind === 'table') this.#table(path, value);
    else if (kind === 'tables') this.#tables(path, plainOf(value) as Value[]);
    else this.#keyValue(path, value);
  }

  #keyValue(path: string[], value: Value): void {
    if (path.length === 0) {
      this.out += inlineText(value);
      return;
    }
    this.out += `${indent(path)}${keyText(path.at(-1)!)} = ${inlineText(value)}`;
    this.#newline();
  }

  #tables(path: string[], list: Value[]): void {
    if (path.length === 0) throw new TomlEncodeError('toml: top-level values must be Go maps or structs');
    for (const item of list) {
      this.#newline();
      this.out += `${indent(path)}[[${path.map(keyText).join('.')}]]`;
      this.#newline();
      this.#entries(path, item);
    }
  }

  #table(path: string[], value: Value): void {
    if (path.length === 1) this.#newline();
    if (path.length > 0) {
      this.out += `${indent(path)}[${path.map(keyText).join('.')}]`;
      this.#newline();
    }
    this.#entries(path, value);
  }

  #entries(path: string[], value: Value): void {
    const { direct, tables } = entriesOf(value);
    for (const [key, item] of [...direct, ...tables]) if (!isNothing(item)) this.entry([...path, key], item);
  }

  /** Nothing before the first text. */
  #newline(): void {
    if (this.out !== '') this.out += '\n';
  }
}

function indent(path: string[]): string {
  return '  '.repeat(path.length - 1);
}

type Entries = [string, Value][];

/** The entries of a map, those that are tables apart. Fields of a struct stay in their order. */
function entriesOf(value: Value): { direct: Entries; tables: Entries } {
  const plain = plainOf(value);
  const isStruct = value instanceof GoObject && value.shape.base === undefined;
  const map = plain instanceof Map ? stringKeyed(plain) : (plain as GoMap);
  const entries: Entries = (isStruct ? Object.keys(map) : sortedKeys(map)).map(key => [key, map[key]]);
  const isTable = ([, item]: [string, Value]) => ['table', 'tables'].includes(tomlKind(item));
  const kinds = entries.map(isTable);
  return { direct: entries.filter((_, i) => !kinds[i]), tables: entries.filter((_, i) => kinds[i]) };
}

function stringKeyed(map: Map<Value, Value>): GoMap {
  const keys = [...map.keys()];
  if (!keys.every(key => typeof key === 'string') || keys.length === 0)
    throw new TomlEncodeError('toml: cannot encode a map with non-string key type');
  return Object.fromEntries(map as Map<string, Value>);
}

/** A value where it stands on one line: maps in braces. */
function inlineText(value: Value): string {
  if (value instanceof GoObject && isScalarObject(value)) return objectText(value);
  const plain = plainOf(value);
  if (typeof plain === 'string') return quoted(plain);
  if (typeof plain === 'boolean') return String(plain);
  if (typeof plain === 'number') return floatText(plain);
  const integer = integerOf(plain);
  if (integer !== undefined) return String(integer);
  if (plain instanceof Uint8Array) return `[${plain.join(', ')}]`;
  if (Array.isArray(plain)) return `[${plain.map(inlineText).join(', ')}]`;
  return inlineTable(value);
}

/** A comma stands after every direct entry that tables follow, and after each that is not the last of its sort. */
function inlineTable(value: Value): string {
  const { direct, tables } = entriesOf(value);
  const written = (entries: Entries, isFollowed: boolean) =>
    entries
      .map(([key, item], index) => {
        if (isNothing(item)) return '';
        const comma = isFollowed || index < entries.length - 1 ? ', ' : '';
        return `${keyText(key)} = ${inlineText(item)}${comma}`;
      })
      .join('');
  return `{${written(direct, tables.length > 0)}${written(tables, false)}}`;
}

function objectText({ shape }: GoObject): string {
  if (shape.type === 'time.Time' && shape.json) return String(shape.json());
  if (shape.text) return quoted(shape.text());
  if (shape.base !== undefined) return inlineText(shape.base);
  throw new TomlEncodeError(`unexpected type: ${shape.type}`);
}

/** TOML wants a decimal point in floats. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const text = printed(value);
  return /[e.]/.test(text) ? text : `${text}.0`;
}

function keyText(key: string): string {
  return /^[\w-]+$/.test(key) ? key : quoted(key);
}

const escapes: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
};

function quoted(text: string): string {
  const inner = text.replace(
    /["\\\x00-\x1f\x7f]/g,
    character => escapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${inner}"`;
}
