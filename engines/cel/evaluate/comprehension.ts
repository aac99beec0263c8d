import { EvaluationError } from '../error.ts';
import type { ComprehensionNode } from '../syntax/node.ts';
import { GrowingEntries, GrowingList } from '../value/collection.ts';
import { goTypeOf } from '../value/type-of.ts';
import { ListValue, MapValue, type Value } from '../value/value.ts';
import { attempt } from './control.ts';
import type { Frame, Step } from './frame.ts';
import type { Parts } from './planned.ts';

/** The loop that a macro has become. */
export function planComprehension(planner: Parts, node: ComprehensionNode): Step {
  const range = planner.plan(node.range).step;
  const init = initial(planner, node);
  return planner.locals.enter(node, base => {
    const condition = planner.plan(node.condition).step;
    const step = planner.plan(node.step).step;
    const result = planner.plan(node.result).step;
    const elements = node.variable2 === undefined ? single : pairs;
    return frame => {
      const values = elements(range(frame));
      frame.locals[base] = init(frame);
      for (const [first, second] of values) {
        frame.locals[base + 1] = first;
        if (second !== undefined) frame.locals[base + 2] = second;
        if (attempt(condition, frame) === false) break;
        frame.locals[base] = attempt(step, frame);
      }
      return result(frame);
    };
  });
}

/** A result that starts empty grows in place. */
function initial(planner: Parts, { init }: ComprehensionNode): (frame: Frame) => Value {
  if (init.kind === 'list' && init.items.length === 0) return () => new GrowingList();
  if (init.kind === 'map' && init.entries.length === 0) return () => new GrowingEntries();
  return planner.plan(init).step;
}

/** The elements of a list or the keys of a map. */
function* single(range: Value): Iterable<readonly [Value, undefined]> {
  if (range instanceof ListValue) for (const item of range) yield [item, undefined];
  else if (range instanceof MapValue) for (const key of range.keys()) yield [key, undefined];
  else throw notIterable(range);
}

/** Indexes with elements, or keys with values. */
function* pairs(range: Value): Iterable<readonly [Value, Value]> {
  if (range instanceof ListValue) {
    for (let i = 0; i < range.size; i++) yield [BigInt(i), range.at(i)];
  } else if (range instanceof MapValue) {
    for (const key of range.keys()) yield [key, range.find(key)!];
  } else throw new EvaluationError(`unsupported comprehension range type: ${goTypeOf(range)}`);
}

function notIterable(value: Value): EvaluationError {
  return new EvaluationError(`got '${goTypeOf(value)}', expected iterable type`);
}
