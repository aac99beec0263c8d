import { printed, shown } from './fmt/print.ts';
import { sortedEntries } from './sorted-entries.ts';
import type { State } from './state.ts';
import { GoInt, GoObject, goInt, integerOf, isObjectMap, kindOf, underlying, type Value } from './value.ts';

/** One turn of a loop. False ends the loop. */
type Turn = (index: Value, element: Value) => boolean;

/**
 * Go over a list, a map in key order, the integers below a number or what an iterator gives. `variables` is how
 * many the loop declares. Returns whether there was any turn.
 */
export function rangeOver(state: State, given: Value, variables: number, turn: Turn): boolean {
  if (given === undefined) return false;
  const value = underlying(given);
  if (Array.isArray(value)) return overList(value, turn);
  if (value instanceof Map || isObjectMap(value)) return overPairs(sortedEntries(value), turn);
  const integer = integerOf(value);
  if (integer !== undefined) {
    if (variables > 1) state.fail(`can't use ${printed(given)} to iterate over more than one variable`);
    return overIntegers(value, integer, turn);
  }
  if (value instanceof Uint8Array)
    return overList(
      Array.from(value, byte => new GoInt('uint8', BigInt(byte))),
      turn,
    );
  if (given instanceof GoObject) return overIterator(state, given, variables, turn);
  return state.fail(`range can't iterate over ${printed(shown(given))}`);
}

function overList(list: Value[], turn: Turn): boolean {
  const { length } = list;
  for (let index = 0; index < length; index++) if (!turn(goInt(index), list[index] ?? null)) break;
  return length > 0;
}

function overPairs(pairs: Iterable<readonly [Value, Value]>, turn: Turn): boolean {
  let ran = false;
  for (const [key, value] of pairs) {
    ran = true;
    if (!turn(key, value)) break;
  }
  return ran;
}

/** The integers keep the kind of the bound. */
function overIntegers(bound: Value, end: bigint, turn: Turn): boolean {
  const kind = kindOf(bound);
  for (let at = 0n; at < end; at++) {
    const element = kind === 'int64' ? at : kind === 'int' ? goInt(at) : new GoInt(kind as 'uint', at);
    if (!turn(undefined, element)) break;
  }
  return end > 0n;
}

function overIterator(state: State, value: GoObject, variables: number, turn: Turn): boolean {
  const { sequence, pairs } = value.shape;
  if (sequence) {
    if (variables > 1) state.fail(`can't use ${printed(value)} iterate over more than one variable`);
    return overPairs(
      Iterator.from(sequence()).map(element => [undefined, element] as const),
      turn,
    );
  }
  if (!pairs) return state.fail(`range can't iterate over ${printed(shown(value))}`);
  if (variables > 1) return overPairs(pairs(), turn);
  // One variable takes the first value of each pair, as range over such a function does in Go.
  return overPairs(
    Iterator.from(pairs()).map(([first]) => [undefined, first] as const),
    turn,
  );
}
