import {
  bool,
  bytes,
  double,
  duration,
  dyn,
  int,
  list,
  map,
  nullType,
  optional,
  string,
  type Type,
  timestamp,
  typeOf as typeOfType,
  uint,
} from '../check/type.ts';
import {
  Duration,
  ListValue,
  MapValue,
  type OpaqueValue,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './value.ts';

const anyList = list(dyn);
const anyMap = map(dyn, dyn);
const anyOptional = optional(dyn);
const anyType = typeOfType();

/** The type of a value as it is at run time: the items of a list and the like are not looked at. */
export function typeOf(value: Value): Type {
  switch (typeof value) {
    case 'boolean':
      return bool;
    case 'bigint':
      return int;
    case 'number':
      return double;
    case 'string':
      return string;
  }
  if (value === null) return nullType;
  if (value instanceof Uint) return uint;
  if (value instanceof Uint8Array) return bytes;
  if (value instanceof ListValue) return anyList;
  if (value instanceof MapValue) return value.type ?? anyMap;
  if (value instanceof Timestamp) return timestamp;
  if (value instanceof Duration) return duration;
  if (value instanceof Optional) return anyOptional;
  if (value instanceof TypeValue) return anyType;
  return (value as OpaqueValue).type;
}

/** Whether a value may be passed where a type is declared. Only the outermost type is held against it. */
export function isOf(value: Value, type: Type): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'any':
    case 'parameter':
      return true;
    case 'opaque':
      return type.name === 'optional_type' ? value instanceof Optional : typeOf(value).name === type.name;
    case 'map':
      return value instanceof MapValue;
    default:
      return typeOf(value).kind === type.kind;
  }
}

/** As Go names the type that cel-go keeps such a value in; some errors tell it. */
export function goTypeOf(value: Value): string {
  const names: Partial<Record<string, string>> = {
    null: 'types.Null',
    bool: 'types.Bool',
    int: 'types.Int',
    uint: 'types.Uint',
    double: 'types.Double',
    string: 'types.String',
    bytes: 'types.Bytes',
    timestamp: 'types.Timestamp',
    duration: 'types.Duration',
    type: '*types.Type',
  };
  const { kind, name } = typeOf(value);
  return names[kind] ?? (name === 'optional_type' ? '*types.Optional' : `cel.${name.split('.').at(-1)}`);
}
