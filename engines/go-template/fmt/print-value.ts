import { sortedEntries } from '../sorted-entries.ts';
import {
  GoInt,
  GoObject,
  type GoShape,
  isTypedNil,
  isUnsigned,
  kindOf,
  TemplateFunction,
  typeName,
  type Value,
} from '../value.ts';
import { countValue, type Flags, pad } from './flags.ts';
import { formatFloat } from './float.ts';
import { formatInteger } from './integer.ts';
import { formatBytes, formatString, formatText } from './string.ts';

/** Addresses mean nothing here: every pointer is printed as this one. */
const address = 0xc000012345n;

/** An argument of a print function by a verb, as fmt prints it at the top level. */
export function printArgument(flags: Flags, value: Value, verb: string): string {
  if (value === undefined || value === null)
    return verb === 'T' || verb === 'v' ? pad(flags, '<nil>') : `%!${verb}(<nil>)`;
  if (verb === 'T') return formatText(flags, typeName(value));
  if (verb === 'p') return printPointer(flags, value, verb) ?? badVerb(flags, value, verb, 0);
  // Go refuses %w before it looks into the value; bytes are the exception.
  if (verb === 'w' && !(value instanceof Uint8Array)) return badVerb(flags, value, verb, 0);
  return printValue(flags, value, verb, 0);
}

/** A value at some depth of nesting. Maps come in key order. */
function printValue(flags: Flags, value: Value, verb: string, depth: number): string {
  countValue(flags);
  if (value === undefined || value === null) return flags.sharpV ? 'interface {}(nil)' : '<nil>';
  if (value instanceof GoObject) return printObject(flags, value.shape, value, verb, depth);
  return printPlain(flags, value, verb, depth, typeName(value));
}

function printPlain(flags: Flags, value: Value, verb: string, depth: number, type: string): string {
  const scalar = printScalar(flags, value, verb);
  if (scalar !== undefined) return scalar;
  if (value instanceof Uint8Array)
    return formatBytes(flags, value, verb) ?? printBytes(flags, value, verb, depth, type);
  if (Array.isArray(value)) return printList(flags, value, verb, depth, type);
  if (value instanceof TemplateFunction)
    return printPointer(flags, value, verb) ?? badVerb(flags, value, verb, depth);
  if (typeof value === 'object' && value !== null && !(value instanceof GoInt))
    return flags.sharpV && isTypedNil(value)
      ? `${type}(nil)`
      : printMap(flags, sortedEntries(value as Map<Value, Value>), verb, depth, type);
  return badVerb(flags, value, verb, depth);
}

function printScalar(flags: Flags, value: Value, verb: string): string | undefined {
  switch (typeof value) {
    case 'string':
      return formatString(flags, value, verb);
    case 'number':
      return formatFloat(flags, value, verb);
    case 'bigint':
      return formatInteger(flags, value, verb, false);
    case 'boolean':
      return verb === 't' || verb === 'v' ? pad(flags, String(value)) : undefined;
  }
  return value instanceof GoInt ? formatInteger(flags, value.value, verb, isUnsigned(value.kind)) : undefined;
}

/** `%!verb(type=value)`, the value printed with the flags of the verb. */
function badVerb(flags: Flags, value: Value, verb: string, depth: number): string {
  return `%!${verb}(${typeName(value)}=${printValue(flags, value, 'v', depth)})`;
}

function printList(flags: Flags, list: Value[], verb: string, depth: number, type: string): string {
  if (flags.sharpV && isTypedNil(list)) return `${type}(nil)`;
  const items = list.map(item => printValue(flags, item, verb, depth + 1));
  return flags.sharpV ? `${type}{${items.join(', ')}}` : `[${items.join(' ')}]`;
}

function printBytes(flags: Flags, bytes: Uint8Array, verb: string, depth: number, type: string): string {
  const items = Array.from(bytes, byte =>
    printValue(flags, new GoInt('uint8', BigInt(byte)), verb, depth + 1),
  );
  // %#v of a []byte names it by the alias: fmt passes the word itself.
  const name = type === '[]uint8' && depth === 0 && (verb === 'v' || verb === 'd') ? '[]byte' : type;
  return flags.sharpV ? `${name}{${items.join(', ')}}` : `[${items.join(' ')}]`;
}

function printMap(
  flags: Flags,
  entries: [Value, Value][],
  verb: string,
  depth: number,
  type: string,
): string {
  const shown = (value: Value) => printValue(flags, value, verb, depth + 1);
  const items = entries.map(([key, value]) => `${shown(key)}:${shown(value)}`);
  return flags.sharpV ? `${type}{${items.join(', ')}}` : `map[${items.join(' ')}]`;
}

function printObject(flags: Flags, shape: GoShape, value: GoObject, verb: string, depth: number): string {
  if (shape.text && !flags.sharpV && 'vsxXq'.includes(verb)) return formatString(flags, shape.text(), verb)!;
  if (shape.goText && flags.sharpV) return formatText(flags, shape.goText());
  if (shape.base !== undefined) return printBase(flags, shape, verb, depth);
  if (shape.kind === 'struct') return printStruct(flags, shape, shape.type, verb, depth);
  if (shape.kind === 'ptr' && shape.fields && depth === 0)
    return `&${printStruct(flags, shape, shape.type.slice(1), verb, depth)}`;
  return printPointer(flags, value, verb) ?? `%!${verb}(${shape.type}=${addressText(flags)})`;
}

function printBase(flags: Flags, shape: GoShape, verb: string, depth: number): string {
  const scalar = printScalar(flags, shape.base, verb);
  if (scalar !== undefined) return scalar;
  if (['map', 'slice'].includes(kindOf(shape.base)))
    return printPlain(flags, shape.base, verb, depth, shape.type);
  return `%!${verb}(${shape.type}=${printValue(flags, shape.base, 'v', depth)})`;
}

function printStruct(flags: Flags, shape: GoShape, type: string, verb: string, depth: number): string {
  const named = flags.plusV || flags.sharpV;
  const items = Object.entries(shape.fields ?? {}).map(
    ([name, field]) => (named ? `${name}:` : '') + printValue(flags, field, verb, depth + 1),
  );
  return flags.sharpV ? `${type}{${items.join(', ')}}` : `{${items.join(' ')}}`;
}

function addressText(flags: Flags): string {
  return formatInteger({ ...flags, sharp: !flags.sharp }, address, 'x', true)!;
}

/** The address of a function, pointer, map or list; undefined if the value or the verb does not do. */
function printPointer(flags: Flags, value: Value, verb: string): string | undefined {
  if (!['func', 'ptr', 'map', 'slice'].includes(kindOf(value))) return undefined;
  if (verb === 'v' && flags.sharpV) return `(${typeName(value)})(0x${address.toString(16)})`;
  if (verb === 'v' || verb === 'p') return addressText(flags);
  return 'bodxX'.includes(verb) ? formatInteger(flags, address, verb, true) : undefined;
}
