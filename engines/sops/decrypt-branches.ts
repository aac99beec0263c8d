import { createHash, type Hash, timingSafeEqual } from 'node:crypto';
import { Cipher, CipherFailed } from './cipher.ts';
import { limits } from './limits.ts';
import type { Metadata } from './metadata.ts';
import { type Scope, Selection } from './selection.ts';
import { Problem } from './sops-error.ts';
import { Branch, Comment, List, type Scalar, Timestamp, type Value } from './tree.ts';

/**
 * So that the MAC of a file whose MAC is of its encrypted values only is never that of another: what the hash begins
 * with is the SHA-256 of `sops`.
 */
const onlyEncrypted = createHash('sha256').update('sops').digest();

interface Place {
  readonly above: Place | undefined;
  readonly key: string | number;
  readonly depth: number;
  /** The keys down to here, each with `:` behind it. Lists add nothing. */
  readonly path: string;
}

/** What a value or comment is authenticated with. */
const contextOf = ({ path }: Place): string => path || ':';

const top: Place = { above: undefined, key: '', depth: 0, path: '' };

/**
 * Decrypts the documents of a file in place.
 * @throws Problem for a value that cannot be decrypted, with its path, and, if the MAC is to be checked, for a MAC that
 * is not that of these values.
 */
export function decryptBranches(
  documents: readonly Branch[],
  metadata: Metadata,
  dataKey: Uint8Array,
  checkMac: boolean,
): void {
  const cipher = cipherOf(dataKey);
  const walk = new Walk(metadata, cipher);
  for (const document of documents) walk.document(document);
  if (checkMac) verify(metadata, cipher, walk.mac());
}

function cipherOf(dataKey: Uint8Array): Cipher {
  try {
    return new Cipher(dataKey);
  } catch (error) {
    if (!(error instanceof CipherFailed)) throw error;
    throw new Problem('key', `cannot get sops data key: ${error.message}`);
  }
}

function verify({ mac, lastModified }: Metadata, cipher: Cipher, computed: string): void {
  const failed = (why: string) => new Problem('mac', `failed to verify sops data integrity: ${why}`);
  let stored: Value | Comment;
  try {
    stored = cipher.decrypt(mac, lastModified);
  } catch (error) {
    if (!(error instanceof CipherFailed)) throw error;
    throw failed(
      `sops.mac cannot be decrypted, or sops.lastmodified is not the time of it: ${error.message}`,
    );
  }
  if (stored === '') throw failed('MAC mismatch: the file has no MAC (sops.mac)');
  if (typeof stored !== 'string' || !equal(stored, computed))
    throw failed('MAC mismatch: the file was changed after it was encrypted');
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

class Walk {
  readonly #selection: Selection;
  readonly #cipher: Cipher;
  readonly #hash: Hash = createHash('sha512');
  readonly #onlyEncrypted: boolean;

  constructor(metadata: Metadata, cipher: Cipher) {
    this.#selection = new Selection(metadata.rule);
    this.#cipher = cipher;
    this.#onlyEncrypted = metadata.macOnlyEncrypted;
    if (this.#onlyEncrypted) this.#hash.update(onlyEncrypted);
  }

  mac(): string {
    return this.#hash.digest('hex').toUpperCase();
  }

  document(document: Branch): void {
    this.#branch(document, this.#selection.root(), top);
  }

  #branch(branch: Branch, scope: Scope, place: Place): void {
    let here = scope;
    const { entries } = branch;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      if (entry instanceof Comment) {
        [entries[i], here] = this.#comment(entry, here, place);
      } else {
        const inside = {
          above: place,
          key: entry.key,
          depth: place.depth + 1,
          path: `${place.path}${entry.key}:`,
        };
        const value = this.#value(entry.value, this.#selection.below(here, entry.key), inside);
        if (value instanceof Comment) fail(inside, 'it is a comment');
        entry.value = value;
        here = scope;
      }
    }
  }

  #list(list: List, scope: Scope, place: Place): void {
    let here = scope;
    const { items } = list;
    for (let i = 0; i < items.length; i++) {
      const item = items[i]!;
      if (item instanceof Comment) {
        [items[i], here] = this.#comment(item, here, place);
      } else {
        items[i] = this.#value(item, here, {
          above: place,
          key: i,
          depth: place.depth + 1,
          path: place.path,
        });
        here = scope;
      }
    }
  }

  /** In a list, a comment that was encrypted comes as a value: SOPS writes it as an item. */
  #value(value: Value, scope: Scope, place: Place): Value | Comment {
    if (value === null) return null;
    if (place.depth > limits.depth)
      throw new Problem('limit', `a value is nested more than ${limits.depth} levels deep`);
    if (value instanceof Branch) this.#branch(value, scope, place);
    else if (value instanceof List) this.#list(value, scope, place);
    else return this.#leaf(value, scope, place);
    return value;
  }

  #leaf(value: Scalar, scope: Scope, place: Place): Scalar | Comment {
    const encrypted = this.#selection.encrypted(scope);
    const plain = encrypted ? this.#decrypt(value, place) : value;
    if (plain instanceof Comment) return plain;
    if (encrypted || !this.#onlyEncrypted) this.#hash.update(toBytes(plain));
    return plain;
  }

  #decrypt(value: Scalar, place: Place): Scalar | Comment {
    if (typeof value !== 'string')
      fail(place, 'it is not encrypted, as the rule of the file says that it is');
    checkPath(place);
    try {
      return this.#cipher.decrypt(value, contextOf(place));
    } catch (error) {
      if (error instanceof CipherFailed) fail(place, error.message, error.cause);
      throw error;
    }
  }

  /** A comment that cannot be decrypted is one that older versions did not encrypt. */
  #comment(comment: Comment, scope: Scope, place: Place): [Comment, after: Scope] {
    const { countsForItself } = this.#selection;
    const after = !scope.fits && this.#selection.speaks(comment.text) ? { fits: true } : scope;
    if (!this.#selection.encrypted(countsForItself ? after : scope)) return [comment, after];
    checkPath(place);
    try {
      const plain = this.#cipher.decrypt(comment.text, contextOf(place));
      if (plain instanceof Comment) return [plain, after];
      if (typeof plain === 'string') return [new Comment(plain, comment.inline), after];
      fail(place, 'a comment in it is no text');
    } catch (error) {
      if (error instanceof CipherFailed) return [comment, after];
      throw error;
    }
  }
}

/** Each value is authenticated with its path: a long one would cost its length at every value. */
const longestPath = 16 * 1024;

function checkPath(place: Place): void {
  if (place.path.length > longestPath)
    throw new Problem('limit', `the keys above a value have more than ${longestPath} characters`);
}

function fail(place: Place, problem: string, cause?: unknown): never {
  throw new Problem('value', `error decrypting sops tree: the value at ${pathOf(place)}: ${problem}`, {
    cause,
  });
}

/** `spec.tokens[2]`, as people write it. */
function pathOf(place: Place): string {
  const parts: string[] = [];
  for (let at: Place | undefined = place; at?.above !== undefined; at = at.above) {
    const part = typeof at.key === 'number' ? `[${at.key}]` : at.key;
    parts.unshift(typeof at.key === 'number' || at.above.above === undefined ? part : `.${part}`);
  }
  return parts.join('') || 'the top';
}

/** How a value goes into the MAC. */
function toBytes(value: Scalar): string | Uint8Array {
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value instanceof Timestamp) return value.text;
  return typeof value === 'bigint' ? String(value) : inFull(value);
}

/** A float without an exponent, as Go's `%f` of the fewest digits. */
export function inFull(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const text = Object.is(value, -0) ? '-0' : String(value);
  const found = /^(-?)(\d)(?:\.(\d+))?e([-+]\d+)$/.exec(text);
  if (found === null) return text;
  const [, sign, first, rest = '', exponent] = found;
  const digits = first! + rest;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, '0');
}
