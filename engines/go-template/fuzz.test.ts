import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { functions } from './golden/fixtures.ts';
import { execute, parseTemplate, sprintf, TemplateError, type Value } from './index.ts';

const limits = { steps: 5000, outputSize: 100_000, depth: 50 };

/** A template must give text or a TemplateError: nothing else may come out. */
function renders(template: string, data: Value): void {
  try {
    expect(typeof execute(parseTemplate('x', template, { functions }), 'x', data, { limits })).toBe('string');
  } catch (error) {
    // A function's own mistake would come wrapped: a TypeError inside is one of ours.
    if (!(error instanceof TemplateError) || error.cause instanceof TypeError) throw error;
  }
}

const data: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Value[]>(null, true, false, '', 'text', '\udcff', 0, 1.5, NaN, -0, 7n),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'), tie('value'), { maxKeys: 3 }),
  ),
})).value;

const names = [
  'print',
  'printf',
  'index',
  'len',
  'eq',
  'lt',
  'and',
  'or',
  'not',
  'slice',
  'html',
  'js',
  'call',
];

const grammar = fc.letrec<{ operand: string; pipe: string; statement: string; body: string }>(tie => ({
  operand: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      '.',
      '$',
      '.a',
      '.a.b',
      '.b.c.a',
      '$x',
      '$y.a',
      'nil',
      'true',
      '1',
      '-2',
      '1.5',
      "'c'",
      '"s"',
    ),
    fc.constantFrom(
      'version',
      'values',
      'keyed',
      'labels',
      'list',
      '.__proto__',
      '.constructor',
      '"%d %v %[2]*s"',
    ),
    tie('pipe').map(pipe => `(${pipe})`),
    tie('pipe').map(pipe => `(${pipe}).a`),
  ),
  pipe: fc.oneof(
    { depthSize: 'small' },
    tie('operand'),
    fc
      .tuple(fc.constantFrom(...names, ...Object.keys(functions)), fc.array(tie('operand'), { maxLength: 3 }))
      .map(([name, args]) => [name, ...args].join(' ')),
    fc.tuple(tie('pipe'), fc.constantFrom(...names)).map(([pipe, name]) => `${pipe} | ${name}`),
  ),
  statement: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      'text',
      ' \n',
      '{{break}}',
      '{{continue}}',
      '{{template "t" .}}',
      '{{/* c */ -}}',
      '{{else}}',
    ),
    tie('pipe').map(pipe => `{{${pipe}}}`),
    fc.tuple(fc.constantFrom(':=', '='), tie('pipe')).map(([sign, pipe]) => `{{$x ${sign} ${pipe} -}}`),
    fc
      .tuple(
        fc.constantFrom('if', 'with', 'range', 'range $x :=', 'range $x, $y :=', 'with $y :='),
        tie('pipe'),
        tie('body'),
      )
      .map(([word, pipe, body]) => `{{${word} ${pipe}}}${body}{{end}}`),
  ),
  body: fc.array(tie('statement'), { maxLength: 4 }).map(parts => parts.join('')),
}));

describe('templates of any kind', () => {
  it('give text or a TemplateError if they follow the grammar', () => {
    const define = '{{define "t"}}{{range .}}{{template "t" .}}{{end}}{{end}}{{$x := 1}}{{$y := .}}';
    fc.assert(
      fc.property(grammar.body, data, (body, value) => renders(define + body, value)),
      { numRuns: 1500 },
    );
  });

  it('give text or a TemplateError if they are made of fragments', () => {
    const fragment = fc.constantFrom(
      ...[
        '{{',
        '}}',
        '{{-',
        '-}}',
        ' ',
        '.a',
        '$x',
        ':=',
        '|',
        '(',
        ')',
        '"',
        '`',
        "'",
        '\\',
        '/*',
        '*/',
        ',',
        '\n',
      ],
      ...[
        'if',
        'end',
        'else',
        'range',
        'define',
        'block',
        'template',
        'with',
        '1',
        '0x',
        '1e',
        'é',
        '\ud800',
        '%',
      ],
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 12 }), parts => renders(parts.join(''), { a: [1] })),
      { numRuns: 3000 },
    );
  });
});

describe('formats of any kind', () => {
  it('give text', () => {
    const directive = fc
      .tuple(
        fc.constantFrom('', '+', '-', '#', '0', ' ', '+#0- '),
        fc.constantFrom('', '7', '*', '[1]*', '[9]', '[', '99999999'),
        fc.constantFrom('', '.', '.3', '.*', '.[2]*', '.20'),
        fc.constantFrom(...'vTtdboOxXcqUeEfFgGspwz%é'),
      )
      .map(parts => `%${parts.join('')}`);
    fc.assert(
      fc.property(fc.array(directive, { maxLength: 3 }), fc.array(data, { maxLength: 3 }), (format, args) => {
        expect(typeof sprintf(format.join('|'), args)).toBe('string');
      }),
      { numRuns: 3000 },
    );
  });
});
