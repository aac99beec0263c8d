import type { State } from './state.ts';
import { GoInt, GoObject, type IntegerKind, typedNil, typeName, type Value, withType } from './value.ts';

/** Types to which nil can be given. */
export function canBeNil(type: string): boolean {
  return /^(interface \{\}|reflect\.Value|\[\]|map\[|\*|func\(|error$)/.test(type);
}

const integerTypes: ReadonlySet<string> = new Set<IntegerKind>([
  'int8',
  'int16',
  'int32',
  'uint',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
]);

/** Whether a type is one of Go's integers. */
export function isIntegerType(type: string): boolean {
  return type === 'int' || type === 'int64' || integerTypes.has(type);
}

/** A nil of a type as functions get it: lists and maps are empty ones that isTypedNil tells apart. */
export function nilOf(type: string): Value {
  if (type === 'reflect.Value') return undefined;
  if (type.startsWith('[]')) return typedNil(type === '[]uint8' ? new Uint8Array() : withType([], type));
  return type.startsWith('map[') ? typedNil(withType({}, type)) : null;
}

/** Marks a value that cannot be assigned. */
export const mismatch = Symbol('mismatch');

/**
 * A value as a parameter of the type takes it, by Go's rules of assignment: no conversion between kinds. An int
 * comes as a number, integers of other kinds as bigint.
 */
export function assigned(value: Value, type: string): Value | typeof mismatch {
  switch (type) {
    case 'reflect.Value':
      return value;
    case 'interface {}':
      return value instanceof GoObject && value.shape.pointer ? copyOf(value) : (value ?? null);
    case 'string':
      return typeof value === 'string' ? value : mismatch;
    case 'bool':
      return typeof value === 'boolean' ? value : mismatch;
    case 'float64':
      return typeof value === 'number' ? value : mismatch;
    case 'int64':
      return typeof value === 'bigint' ? value : mismatch;
    case 'int':
      return value instanceof GoInt && value.kind === 'int' ? Number(value.value) : mismatch;
  }
  if (integerTypes.has(type)) return value instanceof GoInt && value.kind === type ? value.value : mismatch;
  if (value !== null && typeName(value) === type) return value;
  // A named list or map is assignable to the type that it is made of.
  const base = value instanceof GoObject && /^(\[\]|map\[)/.test(type) ? value.shape.base : undefined;
  return base !== undefined && typeName(base) === type ? base : mismatch;
}

/** A struct without the address that the original has. */
function copyOf({ shape }: GoObject): GoObject {
  const { pointer: _, ...rest } = shape;
  return new GoObject(rest);
}

/** The value as an argument of the type; fails in the words of text/template. */
export function argument(state: State, value: Value, type: string): Value {
  if (value === undefined && type !== 'reflect.Value') {
    if (canBeNil(type)) return nilOf(type);
    return state.fail(`invalid value; expected ${type}`);
  }
  const result = assigned(value, type);
  if (result !== mismatch) return result;
  return state.fail(`wrong type for value; expected ${type}; got ${typeName(value)}`);
}

/** The missing entry of a map with `missingkey=zero`, or of any map for index. */
export function zeroOf(type: string): Value {
  if (type === 'string') return '';
  if (type === 'bool') return false;
  if (type === 'float64') return 0;
  if (type === 'int64') return 0n;
  if (isIntegerType(type)) return new GoInt(type as IntegerKind, 0n);
  if (type === '[]uint8') return typedNil(new Uint8Array());
  if (type.startsWith('[]')) return withType(typedNil([]), type);
  if (type.startsWith('map[')) return withType(typedNil({}), type);
  return null;
}
