/** Integer kinds of Go besides int64, which is a bigint here. `int` is 64 bits wide. */
export type IntegerKind =
  | 'int'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'uint'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64';

/** What reflect calls the kind of a value; `invalid` is no value at all, `interface` a nil interface. */
export type Kind =
  | 'invalid'
  | 'interface'
  | 'bool'
  | 'string'
  | 'float64'
  | 'int64'
  | IntegerKind
  | 'slice'
  | 'map'
  | 'struct'
  | 'ptr'
  | 'func';

export type GoMap = { [key: string]: Value };

/**
 * A value as a template sees it. `undefined` is no value (a missing key, a nil that went through a pipeline),
 * `null` a nil interface (a key or an element that is there and nil), number a float64, bigint an int64, an
 * object a map[string]any, a Map a map with keys of other kinds, Uint8Array a []byte.
 */
export type Value =
  | undefined
  | null
  | boolean
  | string
  | number
  | bigint
  | GoInt
  | GoObject
  | TemplateFunction
  | Uint8Array
  | Value[]
  | Map<Value, Value>
  | GoMap;

/** What all values share that are not plain data: tells them from a map in one test. */
abstract class GoTyped {}

/** An integer of a kind other than int64. The constructor wraps around as Go's conversions do. */
export class GoInt extends GoTyped {
  readonly kind: IntegerKind;
  readonly value: bigint;

  constructor(kind: IntegerKind, value: bigint) {
    super();
    this.kind = kind;
    const bits = Number(/(?<!\d)\d+$/.exec(kind)?.[0] ?? 64);
    this.value = kind[0] === 'u' ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value);
  }
}

const smallInts = Array.from({ length: 1024 }, (_, n) => new GoInt('int', BigInt(n)));

/** A Go `int`, the kind of integer constants, lengths and indexes. Takes a whole number. */
export function goInt(value: number | bigint): GoInt {
  return smallInts[Number(value)] ?? new GoInt('int', BigInt(value));
}

/** The set of templates that an execution runs in, as far as functions may use it: see TemplateSet. */
export interface CallableSet {
  clone(): CallableSet;
  parse(name: string, text: string): CallableSet;
  extended(name: string, text: string): CallableSet;
  has(name: string): boolean;
}

/** What a function may ask of the execution that calls it. */
export interface CallContext {
  /** The set whose template is being executed. To add to it, clone it. */
  readonly set: CallableSet;
  /** Execute another template of the set and return its text. Counts against the same limits. */
  execute(name: string, data: Value): string;
  /** The same with a template of another set, such as a clone that the function added a text to. */
  executeIn(set: CallableSet, name: string, data: Value): string;
  /** Ask before a text of this many UTF-16 units is made. Throws LimitError if it is more than `outputSize`. */
  reserve(length: number): void;
  /** Count work that takes as long as this many steps do. Throws LimitError if it is too much or the time is up. */
  spend(steps: number): void;
}

/** A function or method with the parameter types that arguments are held against, as Go writes them. */
export class TemplateFunction extends GoTyped {
  readonly params: readonly string[];
  readonly variadic: string | undefined;
  readonly invoke: (context: CallContext, args: never[]) => Value;
  /** The type of the result as Go writes it: it shows only where the function itself is printed. */
  readonly result: string;

  constructor(
    params: readonly string[],
    variadic: string | undefined,
    invoke: (context: CallContext, args: never[]) => Value,
    result = 'interface {}',
  ) {
    super();
    this.params = params;
    this.variadic = variadic;
    this.invoke = invoke;
    this.result = result;
  }
}

/** How a Go value with a type of its own behaves: see GoObject. */
export interface GoShape {
  /** The type as Go prints it, such as `time.Time` or `*semver.Version`. */
  type: string;
  /** The kind of the type: a struct, a pointer to a struct, or the kind of `base`. */
  kind: Kind;
  /** The plain value under a named type, such as the map under `chartutil.Values`. */
  base?: Value;
  /**
   * Fields in the order of declaration (of the struct, or of the one pointed to). Those whose name begins in lower case
   * are printed and no more.
   */
  fields?: Readonly<Record<string, Value>>;
  methods?: Readonly<Record<string, TemplateFunction>>;
  /** The text of a value that is a Stringer or an error. */
  text?: () => string;
  /** The text of %#v, of a value that is a GoStringer. */
  goText?: () => string;
  /** The string that JSON and YAML have of a value with a form of its own there, such as a time. */
  marshalText?: () => string;
  /** What unexported fields hold: two values are deeply equal only if these are. */
  unexported?: Value;
  /** The value without what unexported fields hold: what copies by reflection are. */
  zero?: () => GoObject;
  /** What encoding/json makes of the value, if that is not `base`. */
  json?: () => Value;
  /**
   * Methods and text of the pointer type: a field of a struct behind a pointer has an address, and so these. A function
   * gets a copy, which has none.
   */
  pointer?: Pick<GoShape, 'methods' | 'text'>;
  /** What range runs over if the value is an iterator function of one or two values. */
  sequence?: () => Iterable<Value>;
  pairs?: () => Iterable<readonly [Value, Value]>;
}

/** A value of a named Go type: a struct, a pointer to one, or a named map, slice, string or number. */
export class GoObject extends GoTyped {
  readonly shape: GoShape;

  constructor(shape: GoShape) {
    super();
    this.shape = shape;
  }
}

/** Whether a value is a map[string]any written as an object. */
export function isObjectMap(value: Value): value is GoMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof GoTyped) &&
    !(value instanceof Map) &&
    !(value instanceof Uint8Array)
  );
}

const typeNames = new WeakMap<object, string>();

/**
 * Give a list or map a narrower Go type than []interface {} or map[string]interface {}, such as `[]string`.
 * It shows in %T, %#v and errors and decides what a missing key of it is.
 */
export function withType<T extends Value[] | GoMap | Map<Value, Value>>(value: T, type: string): T {
  typeNames.set(value, type);
  return value;
}

/** The element type of a list or map that withType named, or `interface {}`. */
export function elementType(value: object): string {
  const type = typeNames.get(value);
  return type === undefined ? 'interface {}' : type.replace(/^(\[\]|map\[[^\]]*\])/, '');
}

const nils = new WeakSet<object>();

/** Mark a new, empty list or map as nil: JSON has null for it, %#v says so, and a nil map cannot be written to. */
export function typedNil<T extends Value[] | GoMap | Map<Value, Value> | Uint8Array>(empty: T): T {
  nils.add(empty);
  return empty;
}

/** Whether a list or map is nil rather than empty. */
export function isTypedNil(value: Value): boolean {
  return typeof value === 'object' && value !== null && nils.has(value);
}

/** The value without its named type: what it is made of. */
export function underlying(value: Value): Value {
  return value instanceof GoObject && value.shape.base !== undefined ? value.shape.base : value;
}

export function kindOf(value: Value): Kind {
  switch (typeof value) {
    case 'undefined':
      return 'invalid';
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    case 'number':
      return 'float64';
    case 'bigint':
      return 'int64';
  }
  if (value === null) return 'interface';
  if (value instanceof GoInt) return value.kind;
  if (value instanceof GoObject) return value.shape.kind;
  if (value instanceof TemplateFunction) return 'func';
  return Array.isArray(value) || value instanceof Uint8Array ? 'slice' : 'map';
}

/** The type of a value as reflect and %T write it. */
export function typeName(value: Value): string {
  if (value === undefined) return '<nil>';
  if (value instanceof GoObject) return value.shape.type;
  if (value instanceof Uint8Array) return '[]uint8';
  if (value instanceof TemplateFunction) return functionType(value);
  const kind = kindOf(value);
  if (kind === 'interface') return 'interface {}';
  if (kind === 'slice') return typeNames.get(value as Value[]) ?? '[]interface {}';
  if (kind !== 'map') return kind;
  const usual = value instanceof Map ? 'map[interface {}]interface {}' : 'map[string]interface {}';
  return typeNames.get(value as GoMap) ?? usual;
}

function functionType(value: TemplateFunction): string {
  const params = value.variadic === undefined ? value.params : [...value.params, `...${value.variadic}`];
  return `func(${params.join(', ')}) ${value.result}`;
}

/** The number of an integer of any kind, or undefined for anything else. */
export function integerOf(value: Value): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (value instanceof GoInt) return value.value;
  return value instanceof GoObject && value.shape.base !== undefined
    ? integerOf(value.shape.base)
    : undefined;
}

export function isUnsigned(kind: Kind): boolean {
  return kind[0] === 'u';
}

/** Go's truth: neither zero nor empty nor nil. A struct is always true. */
export function isTrue(given: Value): boolean {
  const value = underlying(given);
  switch (typeof value) {
    case 'undefined':
      return false;
    case 'boolean':
      return value;
    case 'string':
      return value !== '';
    case 'number':
      return value !== 0;
    case 'bigint':
      return value !== 0n;
  }
  if (value === null) return false;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length > 0;
  if (value instanceof GoInt) return value.value !== 0n;
  if (value instanceof Map) return value.size > 0;
  return isObjectMap(value) ? Object.keys(value).length > 0 : true;
}
