import { zeroOf } from './parameter.ts';
import { quote } from './quote.ts';
import type { State } from './state.ts';
import {
  elementType,
  GoObject,
  type GoShape,
  isObjectMap,
  type TemplateFunction,
  typeName,
  underlying,
  type Value,
} from './value.ts';

/** How the last field of a chain is called if it is a method: see compileFields. */
export type MethodCall = (method: TemplateFunction, name: string) => Value;

/**
 * A field of a value: a method, a field of a struct or an entry of a map. `holder` is the list or map that the value
 * is an element of, if it is one: Go then names the value by the type of elements. `hasArgs` says that arguments
 * were given.
 */
export function fieldOf(
  state: State,
  receiver: Value,
  name: string,
  holder: Value,
  hasArgs: boolean,
  call: MethodCall,
): Value {
  if (receiver === undefined) {
    if (state.missingKey === 'error') state.fail(`nil data; no entry for key ${quote(name)}`);
    return undefined;
  }
  if (receiver === null) return state.fail(`nil pointer evaluating interface {}.${name}`);
  if (receiver instanceof GoObject) return objectField(state, receiver, name, hasArgs, call, holder);
  if (receiver instanceof Map ? hasStringKeys(receiver) : isObjectMap(receiver)) {
    if (hasArgs) state.fail(`${name} is not a method but has arguments`);
    return entry(state, receiver as Value & object, name);
  }
  return state.fail(`can't evaluate field ${name} in type ${shownType(receiver, holder)}`);
}

function hasStringKeys(map: Map<Value, Value>): boolean {
  return /^map\[(string|interface \{\})\]/.test(typeName(map));
}

/** An entry of a map by the rule for missing keys. */
export function entry(state: State, map: Value & object, name: string): Value {
  if (map instanceof Map) {
    if (map.has(name)) return map.get(name) ?? null;
  } else if (Object.hasOwn(map, name)) return (map as Record<string, Value>)[name] ?? null;
  if (state.missingKey === 'default') return undefined;
  if (state.missingKey === 'error') return state.fail(`map has no entry for key ${quote(name)}`);
  return zeroOf(elementType(map));
}

function objectField(
  state: State,
  receiver: GoObject,
  name: string,
  hasArgs: boolean,
  call: MethodCall,
  holder: Value,
): Value {
  const { shape } = receiver;
  const method = own(shape.methods, name) ?? own(shape.pointer?.methods, name);
  if (method) return call(method, name);
  if (shape.fields && Object.hasOwn(shape.fields, name)) {
    if (/^\p{Ll}/u.test(name)) state.fail(`${name} is an unexported field of struct type ${shape.type}`);
    if (hasArgs) state.fail(`${name} has arguments but cannot be invoked as function`);
    return shape.fields[name] ?? null;
  }
  if (isMapShape(shape)) {
    if (hasArgs) state.fail(`${name} is not a method but has arguments`);
    return entry(state, shape.base as Value & object, name);
  }
  return state.fail(`can't evaluate field ${name} in type ${shownType(receiver, holder)}`);
}

function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record && Object.hasOwn(record, name) ? record[name] : undefined;
}

function isMapShape(shape: GoShape): boolean {
  return isObjectMap(shape.base) || (shape.base instanceof Map && hasStringKeys(shape.base));
}

/** The type of a receiver in errors: what its holder is declared to hold, or what it is. */
function shownType(receiver: Value, holder: Value): string {
  const container = underlying(holder);
  const isInterface =
    (Array.isArray(container) || container instanceof Map || isObjectMap(container)) &&
    elementType(container) === 'interface {}';
  return isInterface ? 'interface {}' : typeName(receiver);
}
