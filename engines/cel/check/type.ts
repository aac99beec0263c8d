/** The kinds of types; `opaque` are those of libraries, `object` those with declared fields. */
export type Kind =
  | 'dyn'
  | 'any'
  | 'error'
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration'
  | 'list'
  | 'map'
  | 'type'
  | 'object'
  | 'opaque'
  | 'parameter';

/** A type as the checker sees it. */
export interface Type {
  readonly kind: Kind;
  /** As `type(x)` names it: `int`, `google.protobuf.Timestamp`, `net.IP`. */
  readonly name: string;
  readonly parameters: readonly Type[];
  /** Of objects: the declared fields. */
  readonly fields?: ReadonlyMap<string, Type>;
}

function simple(kind: Kind, name: string = kind): Type {
  return { kind, name, parameters: [] };
}

export const dyn = simple('dyn');
export const anyType = simple('any', 'google.protobuf.Any');
export const errorType = simple('error', '*error*');
export const nullType = simple('null', 'null_type');
export const bool = simple('bool');
export const int = simple('int');
export const uint = simple('uint');
export const double = simple('double');
export const string = simple('string');
export const bytes = simple('bytes');
export const timestamp = simple('timestamp', 'google.protobuf.Timestamp');
export const duration = simple('duration', 'google.protobuf.Duration');

export function list(item: Type): Type {
  return { kind: 'list', name: 'list', parameters: [item] };
}

export function map(key: Type, value: Type): Type {
  return { kind: 'map', name: 'map', parameters: [key, value] };
}

/** The type of a type: `type(int)`. */
export function typeOf(...of: Type[]): Type {
  return { kind: 'type', name: 'type', parameters: of };
}

/** A type of a library, known by its name. */
export function opaque(name: string, ...parameters: Type[]): Type {
  return { kind: 'opaque', name, parameters };
}

export function optional(of: Type): Type {
  return opaque('optional_type', of);
}

/** Stands for any type, the same one throughout a signature. */
export function parameter(name: string): Type {
  return { kind: 'parameter', name, parameters: [] };
}

/** An object with declared fields; two of them are the same when their names are. */
export function object(name: string, fields: ReadonlyMap<string, Type>): Type {
  return { kind: 'object', name, parameters: [], fields };
}

export function isDynamic({ kind }: Type): boolean {
  return kind === 'dyn' || kind === 'any' || kind === 'error';
}

/** What an optional holds; undefined for other types. */
export function optionalOf(type: Type): Type | undefined {
  return type.kind === 'opaque' && type.name === 'optional_type' ? type.parameters[0] : undefined;
}

export function same(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || a.name !== b.name || a.parameters.length !== b.parameters.length) return false;
  return a.parameters.every((one, i) => same(one, b.parameters[i]!));
}

/** By the names that `type()` gives: `map(string, int)`, `google.protobuf.Timestamp`. */
export function typeText({ name, parameters }: Type): string {
  return parameters.length === 0 ? name : `${name}(${parameters.map(one => typeText(one)).join(', ')})`;
}

/** As errors name it: `map(string, int)`, `timestamp`. */
export function describeType(type: Type): string {
  if (type.kind === 'error') return '!error!';
  if (type.parameters.length > 0)
    return `${type.name}(${type.parameters.map(one => describeType(one)).join(', ')})`;
  return ['any', 'null', 'timestamp', 'duration'].includes(type.kind) ? type.kind : type.name;
}
