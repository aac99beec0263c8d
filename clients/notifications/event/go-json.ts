/**
 * What Go's encoding/json can be given: a Map is a map, whose keys it sorts; an object is a struct, whose fields keep
 * their order, and of which undefined ones are left out (`omitempty`).
 */
export type GoJson =
  | string
  | number
  | boolean
  | null
  | undefined
  | GoJson[]
  | Map<string, GoJson>
  | { [field: string]: GoJson };

/**
 * JSON as encoding/json writes it, to the byte: receivers sign and compare it. <, > and & are written as escapes, for the
 * text may come to stand in HTML.
 */
export function goJson(value: GoJson): string {
  return written(value, /[<>&\u2028\u2029]/g);
}

/** The same without that care (SetEscapeHTML), on a line of its own. */
export function plainGoJson(value: GoJson): string {
  return `${written(value, /[\u2028\u2029]/g)}\n`;
}

function written(value: GoJson, escaped: RegExp): string {
  if (typeof value === 'string') return quoted(value, escaped);
  if (typeof value !== 'object' || value === null) return String(value ?? null);
  if (Array.isArray(value)) return `[${value.map(item => written(item, escaped)).join(',')}]`;
  const entries = value instanceof Map ? sorted(value) : Object.entries(value);
  const fields = entries.flatMap(([key, field]) =>
    field === undefined ? [] : [`${quoted(key, escaped)}:${written(field, escaped)}`],
  );
  return `{${fields.join(',')}}`;
}

/** The entries of a map in the order in which Go writes them: by the bytes of their keys. */
export function sorted<T>(map: Iterable<[string, T]>): [string, T][] {
  return Array.from(map).sort(([a], [b]) => byBytes(a, b));
}

/** As UTF-8 orders texts: halves of surrogate pairs stand for what comes after all that fits in one unit. */
function byBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === length) return a.length - b.length;
  const weight = (unit: number) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
  return weight(a.charCodeAt(at)) - weight(b.charCodeAt(at));
}

/** A string of Go that came from JSON has no lone surrogates: they are U+FFFD. */
function quoted(text: string, escaped: RegExp): string {
  return JSON.stringify(text.toWellFormed()).replace(
    escaped,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
