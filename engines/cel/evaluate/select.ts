import { EvaluationError } from '../error.ts';
import { describeKey, keyOf } from '../value/collection.ts';
import { goTypeOf, typeOf } from '../value/type-of.ts';
import { ListValue, MapValue, none, Optional, Uint, type Value } from '../value/value.ts';

/** The field, entry or item of a value under a key. Throws EvaluationError where there is none. */
export function select(value: Value, key: Value): Value {
  if (value instanceof Optional)
    return value.value === undefined ? none : new Optional(select(value.value, key));
  if (value instanceof MapValue) {
    const found = value.find(key);
    if (found !== undefined) return found;
  } else if (value instanceof ListValue) return value.at(checkedIndex(value, key));
  if (key === null) throw new EvaluationError('invalid qualifier type: <nil>');
  if (keyOf(key) === undefined) throw new EvaluationError(`invalid qualifier type: ${goTypeOf(key)}`);
  throw new EvaluationError(`no such key: ${describeKey(key)}`);
}

/** The same where missing means none: always an optional. */
export function selectOptional(value: Value, key: Value): Optional {
  const whole = value instanceof Optional ? value.value : value;
  if (whole === undefined) return none;
  if (whole instanceof ListValue) {
    const index = indexOf(whole, key);
    return index >= 0 && index < whole.size ? new Optional(whole.at(index)) : none;
  }
  const found = whole instanceof MapValue ? whole.find(key) : undefined;
  return found === undefined ? none : new Optional(found);
}

/** Whether `has()` sees a field. Throws EvaluationError where the value cannot have fields. */
export function hasField(value: Value, field: string): boolean {
  const whole = value instanceof Optional ? value.value : value;
  if (whole === undefined) return false;
  if (whole instanceof MapValue) return whole.find(field) !== undefined;
  if (whole instanceof ListValue) indexOf(whole, field);
  return false;
}

function checkedIndex(list: ListValue, key: Value): number {
  const index = indexOf(list, key);
  if (index >= 0 && index < list.size) return index;
  throw new EvaluationError(`index out of bounds: ${describeKey(key)}`);
}

/** The place that a key means in a list, -1 for what no list reaches. */
function indexOf(_list: ListValue, key: Value): number {
  const number = key instanceof Uint ? key.value : key;
  if (typeof number === 'bigint') return number < 2n ** 53n ? Number(number) : -1;
  if (typeof number === 'number') {
    if (Number.isInteger(number)) return number;
    throw new EvaluationError(`unsupported index value ${describeKey(key)} in list`);
  }
  throw new EvaluationError(`unsupported index type '${typeOf(key).name}' in list`);
}
