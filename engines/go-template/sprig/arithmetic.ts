import { contextVariadicFunction, goFunction, variadicFunction } from '../function.ts';
import { goInt, type TemplateFunction, type Value } from '../value.ts';
import { fromOctal, parseDecimal, toFloat64, toInt64 } from './cast.ts';
import { add, divide, fromFloat, multiply, subtract, toFloat } from './decimal.ts';
import type { RandomBytes } from './options.ts';
import { randomBelow } from './random.ts';

const int64 = (value: bigint) => BigInt.asIntN(64, value);

/** Conversions, integer and decimal arithmetic. Integers are int64 and wrap around. */
export function arithmetic(random: RandomBytes): Record<string, TemplateFunction> {
  return { ...conversions, ...integers, ...decimals, ...floats, randInt: randInt(random) };
}

const conversions = {
  atoi: goFunction(['string'], text => goInt(parseDecimal(text))),
  int64: goFunction(['interface {}'], toInt64),
  int: goFunction(['interface {}'], value => goInt(toInt64(value))),
  float64: goFunction(['interface {}'], toFloat64),
  toDecimal: goFunction(['interface {}'], fromOctal),
};

const largest = variadicFunction(['interface {}'], 'interface {}', (first, ...rest) =>
  rest.map(toInt64).reduce((best, value) => (value > best ? value : best), toInt64(first)),
);

const integers = {
  add1: goFunction(['interface {}'], value => int64(toInt64(value) + 1n)),
  add: variadicFunction([], 'interface {}', (...values) =>
    int64(values.map(toInt64).reduce((sum, value) => sum + value, 0n)),
  ),
  sub: goFunction(['interface {}', 'interface {}'], (a, b) => int64(toInt64(a) - toInt64(b))),
  div: goFunction(['interface {}', 'interface {}'], (a, b) => int64(toInt64(a) / divisor(b))),
  mod: goFunction(['interface {}', 'interface {}'], (a, b) => toInt64(a) % divisor(b)),
  mul: variadicFunction(['interface {}'], 'interface {}', (first, ...rest) =>
    rest.map(toInt64).reduce((product, value) => int64(product * value), toInt64(first)),
  ),
  biggest: largest,
  max: largest,
  min: variadicFunction(['interface {}'], 'interface {}', (first, ...rest) =>
    rest.map(toInt64).reduce((best, value) => (value < best ? value : best), toInt64(first)),
  ),
};

function divisor(value: Value): bigint {
  const result = toInt64(value);
  if (result === 0n) throw new Error('runtime error: integer divide by zero');
  return result;
}

function randInt(random: RandomBytes): TemplateFunction {
  return goFunction(['int', 'int'], (least, end) => {
    if (end <= least) throw new Error('invalid argument to Intn');
    return goInt(least + randomBelow(random, end - least));
  });
}

/** Fold floats as decimals: 0.1 + 0.2 is 0.3 there. */
function folded(operation: typeof add): TemplateFunction {
  return contextVariadicFunction(['interface {}'], 'interface {}', (context, first, ...rest) => {
    context.spend(rest.length);
    const start = fromFloat(toFloat64(first));
    return toFloat(rest.reduce((result, value) => operation(result, fromFloat(toFloat64(value))), start));
  });
}

const decimals = {
  add1f: goFunction(['interface {}'], value => toFloat(add(fromFloat(toFloat64(value)), fromFloat(1)))),
  addf: variadicFunction([], 'interface {}', (...values) =>
    toFloat(values.map(value => fromFloat(toFloat64(value))).reduce(add, fromFloat(0))),
  ),
  subf: folded(subtract),
  divf: folded(divide),
  mulf: folded(multiply),
};

const floats = {
  maxf: variadicFunction(['interface {}'], 'interface {}', (first, ...rest) =>
    Math.max(toFloat64(first), ...rest.map(toFloat64)),
  ),
  minf: variadicFunction(['interface {}'], 'interface {}', (first, ...rest) =>
    Math.min(toFloat64(first), ...rest.map(toFloat64)),
  ),
  floor: goFunction(['interface {}'], value => Math.floor(toFloat64(value))),
  ceil: goFunction(['interface {}'], value => Math.ceil(toFloat64(value))),
  round: contextVariadicFunction(['interface {}', 'int'], 'float64', (_, value, places, roundOn = 0.5) =>
    round(toFloat64(value), places, roundOn),
  ),
};

/** Up from where the fraction is at least `roundOn`: of a negative number it never is, so that goes down. */
function round(value: number, places: number, roundOn: number): number {
  const power = powerOfTen(places);
  const shifted = power * value;
  const fraction = shifted - Math.trunc(shifted);
  // Of an infinity Go's Modf gives NaN as well, which is no reason to round up.
  return (fraction >= roundOn ? Math.ceil(shifted) : Math.floor(shifted)) / power;
}

/** By squaring, as Go's math.Pow multiplies: the last bit of large powers depends on it. */
function powerOfTen(exponent: number): number {
  let [power, square] = [1, 10];
  for (let left = Math.min(Math.abs(exponent), 1023); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) power *= square;
    square *= square;
  }
  return exponent < 0 ? 1 / power : power;
}
