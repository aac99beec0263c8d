import { expect, test } from 'vitest';
import { FlagError, readFeatureGates } from './index.ts';

const gates = { Strict: true, Other: false };

test('gates are as they were but for those that are named', () => {
  expect(readFeatureGates('', gates)).toEqual(gates);
  expect(readFeatureGates('Strict=false, Other=TRUE', gates)).toEqual({ Strict: false, Other: true });
});

test.each(['Nope=true', 'constructor=true', '__proto__=true', 'Strict', 'Strict=maybe', '=true'])(
  '%j is refused',
  text => expect(() => readFeatureGates(text, gates)).toThrow(FlagError),
);
