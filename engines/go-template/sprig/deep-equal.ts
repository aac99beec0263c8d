import {
  type CallContext,
  GoInt,
  GoObject,
  isTypedNil,
  TemplateFunction,
  typeName,
  type Value,
} from '../value.ts';

/**
 * reflect.DeepEqual: of one type and alike all the way down. NaN equals nothing, a nil list no empty one, and a
 * function only nil.
 */
export function deepEqual(context: CallContext, a: Value, b: Value): boolean {
  context.spend(1);
  const [left, right] = [a ?? undefined, b ?? undefined];
  if (typeof left !== 'object' || typeof right !== 'object') return left === right;
  if (left instanceof TemplateFunction || typeName(left) !== typeName(right)) return false;
  if (left instanceof GoInt) return left.value === (right as GoInt).value;
  if (isTypedNil(left) !== isTypedNil(right)) return false;
  if (left === right) return true;
  if (left instanceof GoObject) return equalObjects(context, left, right as GoObject);
  if (Array.isArray(left)) return equalLists(context, left, right as Value[]);
  if (left instanceof Uint8Array) return Buffer.compare(left, right as Uint8Array) === 0;
  if (left instanceof Map) return equalMaps(context, left, right as Map<Value, Value>);
  return equalMaps(context, new Map(Object.entries(left)), new Map(Object.entries(right as object)));
}

function equalLists(context: CallContext, a: Value[], b: Value[]): boolean {
  return a.length === b.length && a.every((item, at) => deepEqual(context, item, b[at]));
}

function equalMaps(context: CallContext, a: Map<Value, Value>, b: Map<Value, Value>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (!b.has(key) || !deepEqual(context, value, b.get(key))) return false;
  return true;
}

function equalObjects(context: CallContext, a: GoObject, b: GoObject): boolean {
  const [left, right] = [a.shape, b.shape];
  if (left.kind === 'func') return false;
  return (
    deepEqual(context, left.base, right.base) &&
    deepEqual(context, left.unexported, right.unexported) &&
    deepEqual(context, left.fields ?? {}, right.fields ?? {})
  );
}
