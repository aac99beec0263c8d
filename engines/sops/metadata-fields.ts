import { Problem } from './sops-error.ts';
import { Branch, List, Timestamp, type Value } from './tree.ts';

/**
 * The fields of a map of the metadata, whose names may be written in capitals. What SOPS reads weakly is read weakly here too, since dotenv and INI have texts
 * only, and people write metadata by hand: `"2"` is a number, a single map a list of one, null nothing.
 */
export class Fields {
  readonly path: string;
  readonly #values = new Map<string, Value>();

  constructor(branch: Branch, path: string) {
    this.path = path;
    for (const { key, value } of branch.pairs) {
      const name = key.toLowerCase();
      if (key === name || !this.#values.has(name)) this.#values.set(name, value);
    }
  }

  /** '' where there is none. */
  text(name: string): string {
    return this.#toText(this.#values.get(name) ?? '', name);
  }

  #toText(value: Value, name: string): string {
    if (typeof value === 'string') return value;
    if (value instanceof Timestamp) return value.text;
    if (typeof value === 'boolean') return value ? '1' : '0';
    if (typeof value === 'bigint' || typeof value === 'number') return String(value);
    this.#fail(name, 'must be a text');
  }

  flag(name: string): boolean {
    const value = this.#values.get(name) ?? false;
    if (typeof value === 'boolean') return value;
    if (typeof value === 'bigint' || typeof value === 'number') return Number(value) !== 0;
    if (value === '') return false;
    const flag = typeof value === 'string' ? parseFlag(value) : undefined;
    return flag ?? this.#fail(name, 'must be true or false');
  }

  /** 0 where there is none. */
  integer(name: string): number {
    const value = this.#values.get(name) ?? 0n;
    if (value === '') return 0;
    const number = typeof value === 'string' && /^[-+]?\d{1,9}$/.test(value) ? Number(value) : value;
    const isNumber = typeof number === 'bigint' || typeof number === 'number';
    if (!isNumber || !Number.isSafeInteger(Number(number))) this.#fail(name, 'must be a whole number');
    return Number(number);
  }

  list(name: string): Fields[] {
    const value = this.#values.get(name) ?? null;
    if (value === null || value === '') return [];
    if (value instanceof Branch) {
      return value.entries.length === 0 ? [] : [new Fields(value, `${this.path}.${name}`)];
    }
    if (!(value instanceof List)) this.#fail(name, 'must be a list');
    return value.values.map((item, i) => {
      if (!(item instanceof Branch)) this.#fail(`${name}[${i}]`, 'must be a map');
      return new Fields(item, `${this.path}.${name}[${i}]`);
    });
  }

  /** Entries without a value are left out, as in SOPS. */
  texts(name: string): Record<string, string> {
    const value = this.#values.get(name) ?? null;
    if (value === null || value === '') return {};
    if (!(value instanceof Branch)) this.#fail(name, 'must be a map');
    const texts = value.pairs.filter(({ value }) => value !== null);
    return Object.fromEntries(texts.map(({ key, value }) => [key, this.#toText(value, `${name}.${key}`)]));
  }

  fail(name: string, problem: string): never {
    this.#fail(name, problem);
  }

  #fail(name: string, problem: string): never {
    throw new Problem('metadata', `${this.path}.${name} ${problem}`);
  }
}

/** As Go's strconv.ParseBool. */
export function parseFlag(text: string): boolean | undefined {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  return ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text) ? false : undefined;
}

const rfc3339 =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:[.,]\d+)?(Z|[-+](?:[01]\d|2[0-4]):[0-5]\d)$/;

/** A time to the second, as Go prints it anew: `+00:00` is `Z`. */
export function readTime(fields: Fields, name: string): string {
  const found = rfc3339.exec(fields.text(name));
  if (found === null) fields.fail(name, 'must be a time such as 2026-01-31T12:00:00Z');
  const [, time, zone] = found;
  return `${time}${zone === '+00:00' || zone === '-00:00' ? 'Z' : zone}`;
}
