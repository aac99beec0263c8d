import { contextFunction } from '../function.ts';
import {
  type CallContext,
  type GoMap,
  GoObject,
  isObjectMap,
  isTypedNil,
  type TemplateFunction,
  typedNil,
  typeName,
  type Value,
  withType,
} from '../value.ts';

/** A copy of maps and lists all the way down; other values cannot change. What fields hide is lost, as in Go. */
export function deepCopy(context: CallContext, value: Value): Value {
  // A copy takes as long as some steps do.
  context.spend(8);
  if (value instanceof Uint8Array) return value.slice();
  if (value instanceof GoObject && value.shape.zero) return value.shape.zero();
  if (value instanceof GoObject)
    return value.shape.kind === 'map' || value.shape.kind === 'slice'
      ? new GoObject({ ...value.shape, base: deepCopy(context, value.shape.base) })
      : value;
  if (!Array.isArray(value) && !(value instanceof Map) && !isObjectMap(value)) return value;
  const copy = withType(copyOf(context, value), typeName(value));
  return isTypedNil(value) ? typedNil(copy) : copy;
}

function copyOf(context: CallContext, value: Value[] | Map<Value, Value> | GoMap) {
  if (Array.isArray(value)) return value.map(item => deepCopy(context, item));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, deepCopy(context, item)]));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deepCopy(context, item)]));
}

/** Nil cannot be copied: the library asks it for its type. */
const copy = contextFunction(['interface {}'], (context, value) => {
  if (value === null) throw new Error('reflect: call of reflect.Value.Type on zero Value');
  return deepCopy(context, value);
});

export const copies: Record<string, TemplateFunction> = { deepCopy: copy, mustDeepCopy: copy };
