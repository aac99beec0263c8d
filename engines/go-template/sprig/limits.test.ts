import { describe, expect, it } from 'vitest';
import { execute, LimitError, type Limits, parseTemplate } from '../index.ts';
import { sprigFunctions } from './index.ts';

const functions = sprigFunctions();

function render(template: string, limits: Partial<Limits> = {}): string {
  return execute(parseTemplate('x', template, { functions }), 'x', {}, { limits });
}

const doubled = (start: string, again: string) =>
  `{{$x := ${start}}}{{range until 60}}{{$x = ${again}}}{{end}}`;

describe('what would be too much ends the render, with template and line', () => {
  it.each([
    '{{repeat 999999999999 "x"}}',
    '{{repeat 99999999 "xxxxxxxx" | len}}',
    '{{until 9000000000000000}}',
    '{{untilStep 0 -999999999999 -1}}',
    '{{seq 1 99999999999}}',
    '{{randAlphaNum 99999999999}}',
    '{{randBytes 99999999999}}',
    '{{indent 999999999 "x"}}',
    '{{nindent 99999 (repeat 9999 "\\n")}}',
    '{{replace "x" (repeat 99999 "y") (repeat 9999 "x")}}',
    '{{replace "" (repeat 99999 "y") (repeat 9999 "x")}}',
    '{{regexReplaceAll "x" (repeat 9999 "x") (repeat 99999 "y")}}',
    '{{wrapWith 1 (repeat 99999 "y") (repeat 9999 "x")}}',
    '{{join (repeat 99999 "y") (until 9999)}}',
    doubled('list 1', 'concat $x $x'),
    `${doubled('list 1', 'list $x $x')}{{toJson $x}}`,
    `${doubled('list 1', 'list $x $x')}{{$y := deepCopy $x}}`,
    `${doubled('list 1', 'list $x $x')}{{deepEqual $x (deepCopy $x)}}`,
    `${doubled('dict "a" 1', 'dict "l" $x "r" $x')}{{$y := merge (dict "l" $x) (dict "l" $x)}}`,
    doubled('"xxxxxxxxxxxxxxxx"', 'cat $x $x'),
    doubled('"xxxxxxxxxxxxxxxx"', 'quote $x $x'),
    doubled('"xxxxxxxxxxxxxxxx"', 'printf "%s%s" $x $x'),
    `${doubled('list 1', 'list $x $x')}{{toString $x}}`,
    `${doubled('list 1', 'list $x $x')}{{$x}}`,
    `${doubled('list 1', 'list $x $x')}{{printf "%v" $x}}`,
  ])('%s', { timeout: 30_000 }, template => {
    const limits = { steps: 2_000_000, outputSize: 4_000_000 };
    expect(() => render(template, limits)).toThrow(LimitError);
    expect(() => render(template, limits)).toThrow(/^template: x:1:/);
  });

  it.each(['bcrypt "x"', 'derivePassword 1 "long" "a" "b" "c"', 'genPrivateKey "rsa"', 'genCA "x" 1'])(
    'slow on purpose: %s',
    call => {
      expect(() => render(`{{${call}}}`, { steps: 1000 })).toThrow('exceeded the limit of 1000 steps');
    },
  );

  it('the time is asked for before something slow', () => {
    let asked = 0;
    const expired = () => ++asked > 1;
    expect(() => render('{{bcrypt "x"}}{{bcrypt "y"}}', { expired })).toThrow('exceeded the time limit');
  });

  it('a map within itself is no endless loop', () => {
    const loop = '{{$d := dict}}{{$_ := set $d "d" $d}}';
    expect(render(`${loop}{{toJson $d}}`)).toBe('');
    expect(() => render(`${loop}{{mustToJson $d}}`)).toThrow('encountered a cycle');
    expect(() => render(`${loop}{{deepCopy $d}}`)).toThrow(LimitError);
    expect(() => render(`${loop}{{merge $d (deepCopy $d)}}`)).toThrow(LimitError);
    expect(() => render(`${loop}{{$d}}`)).toThrow(LimitError);
  });

  it('expressions cannot be made slow', () => {
    const text = 'a'.repeat(5000);
    expect(render(`{{regexMatch "(a+)+$" "${text}b"}}{{regexMatch "(a|a)*b$" "${text}"}}`)).toBe(
      'falsefalse',
    );
  });
});
