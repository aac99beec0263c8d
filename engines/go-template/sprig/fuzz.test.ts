import fc from 'fast-check';
import { expect, it } from 'vitest';
import { execute, parseTemplate, TemplateError, type Value } from '../index.ts';
import { fixtures } from './golden/fixtures.ts';
import { sprigFunctions } from './index.ts';

const sprig = sprigFunctions();
const functions = { ...sprig, ...fixtures };
// What is slow on purpose is tried elsewhere.
const slow = /^(bcrypt|htpasswd|derivePassword|gen(PrivateKey|CA|SelfSignedCert|SignedCert))/;
const names = Object.keys(sprig).filter(name => !slow.test(name));

const constants = fc.constantFrom(
  ...[
    'nil',
    'true',
    'false',
    '""',
    '"a"',
    '"a,b"',
    '"2006-01-02"',
    '"2024-02-29"',
    '"1.2.3"',
    '"^1.2"',
    '"("',
    '"$1"',
  ],
  ...[
    '"[a-z]+"',
    '"éß😀"',
    '"1h"',
    '"Europe/Paris"',
    '"http://a:b@c/d?e#f"',
    '"{}"',
    '"YQ=="',
    '"int"',
    '" "',
  ],
  ...[
    '0',
    '1',
    '-1',
    '3',
    '99',
    '2.5',
    '-0.5',
    '1e300',
    '9223372036854775807',
    "'x'",
    '.',
    '.a',
    '.l',
    '.m',
    '.n',
  ],
  ...[
    '(list)',
    '(dict)',
    '(list 1 nil "x")',
    '(dict "k" (dict "a" 1))',
    '(semver "1.2.3-a")',
    'now',
    '(bytes "\\xff")',
  ],
  ...[
    '(u8 7)',
    '(until 3)',
    '(split "," "a,b")',
    '(trunc 1 "é")',
    '(float64 "NaN")',
    '(float64 "Inf")',
    '(dict "__proto__" 1)',
  ],
);

const call: fc.Arbitrary<string> = fc.letrec<{ operand: string; call: string }>(tie => ({
  operand: fc.oneof(
    { depthSize: 'small' },
    constants,
    tie('call').map(inner => `(${inner})`),
  ),
  call: fc
    .tuple(fc.constantFrom(...names), fc.array(tie('operand'), { maxLength: 4 }))
    .map(([name, operands]) => [name, ...operands].join(' ')),
})).call;

/** A call with as many arguments as the function takes, of its types where there is a constant of them. */
const fittingCall = fc.constantFrom(...names).chain(name => {
  const { params, variadic } = sprig[name]!;
  const some = (type: string) => {
    if (type === 'string') return constants.filter(text => text.startsWith('"'));
    if (type === 'int') return constants.filter(text => /^-?\d+$/.test(text));
    if (type.startsWith('map[')) return constants.filter(text => /^(\(dict|\.m$|\.$|nil$)/.test(text));
    return type === 'time.Time' ? fc.constant('now') : constants;
  };
  const rest = variadic === undefined ? fc.constant([]) : fc.array(some(variadic), { maxLength: 3 });
  return fc.tuple(fc.tuple(...params.map(some)), rest).map(args => [name, ...args.flat()].join(' '));
});

const values = fc.dictionary(fc.constantFrom('a', 'l', 'm', 'n', '__proto__'), fc.jsonValue(), {
  maxKeys: 5,
});

function check(template: string, data: unknown): void {
  const limits = { steps: 100_000, outputSize: 1_000_000 };
  try {
    const text = execute(parseTemplate('x', template, { functions }), 'x', data as Value, { limits });
    expect(text).toBeTypeOf('string');
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    // A mistake of ours would be the cause, in the words of JavaScript.
    if (error.cause !== undefined) expect(error.cause).not.toBeInstanceOf(TypeError);
    expect(error.message).not.toMatch(/undefined|is not a function|not iterable|\[object/);
  }
  expect(({} as Record<string, unknown>).a).toBeUndefined();
}

it('any calls of any functions give text or a TemplateError', { timeout: 120_000 }, () => {
  fc.assert(fc.property(call, values, (pipeline, data) => check(`{{${pipeline}}}`, data)));
});

it('so do calls with fitting arguments, piped on', { timeout: 120_000 }, () => {
  const pipeline = fc.array(fittingCall, { minLength: 1, maxLength: 3 }).map(calls => calls.join(' | '));
  fc.assert(fc.property(pipeline, values, (text, data) => check(`{{${text}}}`, data)));
});
