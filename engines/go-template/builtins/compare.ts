import { compareStrings } from '../byte-string.ts';
import { sprintf } from '../fmt/printf.ts';
import {
  GoObject,
  integerOf,
  isObjectMap,
  isUnsigned,
  kindOf,
  typeName,
  underlying,
  type Value,
} from '../value.ts';

type Basic = 'bool' | 'int' | 'uint' | 'float' | 'string';

function basicKind(value: Value): Basic | undefined {
  const kind = kindOf(underlying(value));
  if (kind === 'bool' || kind === 'string') return kind;
  if (kind === 'float64') return 'float';
  if (integerOf(value) === undefined) return undefined;
  return isUnsigned(kind) ? 'uint' : 'int';
}

function isInteger(kind: Basic | undefined): boolean {
  return kind === 'int' || kind === 'uint';
}

/** `eq a b c...`: whether a equals any of the others. Kinds do not mix, except the two of integers. */
export function eq(first: Value, others: readonly Value[]): boolean {
  if (others.length === 0) throw new Error('missing argument for comparison');
  return others.some(other => equal(first ?? undefined, other ?? undefined));
}

function equal(a: Value, b: Value): boolean {
  const [left, right] = [basicKind(a), basicKind(b)];
  if (left === undefined && right === undefined) return equalOthers(a, b);
  if (left === right || (isInteger(left) && isInteger(right))) return plain(a) === plain(b);
  if (a === undefined || b === undefined) return false;
  throw incompatible(a, b);
}

/** A basic value as a JavaScript value of its kind. */
function plain(value: Value): Value {
  return integerOf(value) ?? underlying(value);
}

function incompatible(a: Value, b: Value): Error {
  return new Error(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`);
}

/** Values that are not basic: nil equals nil, structs and pointers compare, the rest cannot. */
function equalOthers(a: Value, b: Value): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (kindOf(a) !== kindOf(b))
    throw new Error(sprintf('non-comparable types %s: %v, %s: %v', [a, typeName(a), typeName(b), b]));
  if (!isComparable(b)) throw new Error(sprintf('non-comparable type %s: %v', [b, typeName(b)]));
  return identical(a, b);
}

/** Go compares structs whose fields all compare, and pointers; lists, maps and functions never. */
function isComparable(value: Value): boolean {
  if (['slice', 'map', 'func'].includes(kindOf(value))) return false;
  if (!(value instanceof GoObject) || value.shape.kind === 'ptr') return true;
  return Object.values(value.shape.fields ?? {}).every(isComparable);
}

function identical(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeName(a) !== typeName(b) || kindOf(a) === 'ptr') return false;
  if (!(a instanceof GoObject) || !(b instanceof GoObject) || a.shape.base !== undefined)
    return plain(a) === plain(b);
  if (!identicalMaps(a.shape.unexported, b.shape.unexported)) return false;
  const fields = b.shape.fields ?? {};
  return Object.entries(a.shape.fields ?? {}).every(([name, value]) => identical(value, fields[name]));
}

/** What unexported fields hold, which is kept as a map. */
function identicalMaps(a: Value, b: Value): boolean {
  if (!isObjectMap(a) || !isObjectMap(b)) return a === b;
  return Object.keys(a).every(key => identical(a[key], b[key]));
}

/** `lt a b`: numbers of one kind, integers of both signs, and strings by bytes. */
export function lt(a: Value, b: Value): boolean {
  const [left, right] = [basicKind(a ?? undefined), basicKind(b ?? undefined)];
  if (left === undefined || right === undefined) throw new Error('invalid type for comparison');
  if (left !== right && !(isInteger(left) && isInteger(right))) throw incompatible(a, b);
  if (left === 'bool') throw new Error('invalid type for comparison');
  const [x, y] = [plain(a), plain(b)];
  return typeof x === 'string' ? compareStrings(x, y as string) < 0 : (x as number) < (y as number);
}

/** `le a b`: less or equal, each by its own rule, so that NaN is neither. */
export function le(a: Value, b: Value): boolean {
  return lt(a, b) || eq(a, [b]);
}
