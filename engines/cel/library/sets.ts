import type { Library } from '../check/environment.ts';
import { type CallCost, celFunction, global } from '../check/function.ts';
import { bool, list, parameter } from '../check/type.ts';
import { sizeOf } from '../cost/size.ts';
import { equal } from '../value/equal.ts';
import type { ListValue, Value } from '../value/value.ts';

const items = list(parameter('T'));

function has(values: ListValue, wanted: Value): boolean {
  for (const value of values) if (equal(value, wanted)) return true;
  return false;
}

function containsAll(values: ListValue, wanted: ListValue): boolean {
  for (const one of wanted) if (!has(values, one)) return false;
  return true;
}

function intersect(values: ListValue, others: ListValue): boolean {
  for (const one of values) if (has(others, one)) return true;
  return false;
}

function compared(times: number): CallCost {
  return ([a, b]) => 1 + sizeOf(a) * sizeOf(b) * times;
}

function setFunction(name: string, holds: (a: ListValue, b: ListValue) => boolean, times = 1) {
  return celFunction(name, [global([items, items], bool, holds, compared(times))]);
}

/** Lists as sets. https://pkg.go.dev/github.com/google/cel-go/ext#Sets */
export const setsLibrary: Library = {
  functions: [
    setFunction('sets.contains', containsAll),
    setFunction('sets.equivalent', (a, b) => containsAll(a, b) && containsAll(b, a), 2),
    setFunction('sets.intersects', intersect),
  ],
};
