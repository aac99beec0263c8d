import { type CelFunction, celFunction, global, member } from '../../check/function.ts';
import { bool, bytes, int, list, map, parameter, string } from '../../check/type.ts';
import { matching, perCharacter, reading, sizeOf } from '../../cost/size.ts';
import { select } from '../../evaluate/select.ts';
import { compiled } from '../../value/regular-expression.ts';
import { textLength } from '../../value/text.ts';
import type { ListValue, MapValue, Value } from '../../value/value.ts';
import { operatorMismatch } from './arithmetic.ts';

const [a, b] = [parameter('A'), parameter('B')];

const sized: [typeof string, (value: never) => bigint][] = [
  [bytes, (value: Uint8Array) => BigInt(value.length)],
  [list(a), (value: ListValue) => BigInt(value.size)],
  [map(a, b), (value: MapValue) => BigInt(value.size)],
  [string, (value: string) => BigInt(textLength(value))],
];

function textTest(name: string, test: (text: string, part: string) => boolean): CelFunction {
  return celFunction(name, [member([string, string], bool, test, reading())], {
    mismatch: () => 'no such overload',
  });
}

/** The contents of texts, lists and maps. */
export const collections: readonly CelFunction[] = [
  celFunction('_[_]', [
    global([list(a), int], a, select),
    global([map(a, b), a], b, (value: Value, key: Value) => select(value, key)),
  ]),
  celFunction(
    'size',
    sized.flatMap(([type, count]) => [global([type], int, count), member([type], int, count)]),
    { mismatch: operatorMismatch([]) },
  ),
  celFunction(
    'contains',
    [
      member(
        [string, string],
        bool,
        (text: string, part: string) => text.includes(part),
        ([text, part]) => {
          const [all, some] = [sizeOf(text), sizeOf(part)];
          return Math.ceil(all * perCharacter) * Math.ceil(some * perCharacter);
        },
      ),
    ],
    { mismatch: () => 'no such overload' },
  ),
  textTest('startsWith', (text, part) => text.startsWith(part)),
  textTest('endsWith', (text, part) => text.endsWith(part)),
  celFunction(
    'matches',
    [global, member].map(style =>
      style(
        [string, string],
        bool,
        (text: string, pattern: string) => compiled(pattern).test(text),
        matching,
      ),
    ),
    { mismatch: () => 'no such overload' },
  ),
];
