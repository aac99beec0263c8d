import { contextFunction, contextVariadicFunction } from '../function.ts';
import { type CallContext, goInt, type TemplateFunction, type Value, withType } from '../value.ts';

/** What an element of a list counts against the limit of text: about what it takes in memory. */
const elementLength = 32;

/** Ask before a list of this many elements is made, and count the work. */
export function reserveList(context: CallContext, count: number): void {
  context.reserve(count * elementLength);
  context.spend(count / 16);
}

/** Runs of integers, as []int and as text. */
export const sequences: Record<string, TemplateFunction> = {
  until: contextFunction(['int'], (context, count) => ints(context, 0, count, count < 0 ? -1 : 1)),
  untilStep: contextFunction(['int', 'int', 'int'], ints),
  seq: contextVariadicFunction([], 'int', (context, ...params) => {
    const [start, step, end] = seqBounds(params);
    return run(context, start, end, step).join(' ');
  }),
};

function ints(context: CallContext, start: number, stop: number, step: number): Value {
  return withType(run(context, start, stop, step).map(goInt), '[]int');
}

/** From `start` until before `stop`; nothing if the step leads away from it. */
function run(context: CallContext, start: number, stop: number, step: number): number[] {
  const distance = stop - start;
  if (distance === 0 || step === 0 || distance < 0 !== step < 0) return [];
  const count = Math.ceil(distance / step);
  reserveList(context, count);
  return Array.from({ length: count }, (_, index) => start + index * step);
}

/** What `seq` counts from, by and until: like the command of that name, with the end counted in. */
function seqBounds(params: number[]): [start: number, step: number, stop: number] {
  const [first = 0, second = 0, third = 0] = params;
  if (params.length === 1) return bounded(1, first, undefined);
  if (params.length === 2) return bounded(first, second, undefined);
  return params.length === 3 ? bounded(first, third, second) : [0, 1, 0];
}

function bounded(start: number, end: number, step: number | undefined): [number, number, number] {
  const direction = end < start ? -1 : 1;
  // Down with a step that leads up is nothing; a step of 0 or up with one that leads down is nothing anyway.
  if (direction < 0 && step !== undefined && step > 0) return [0, 1, 0];
  return [start, step ?? direction, end + direction];
}
