import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SubstitutionError, substitute } from './index.ts';

const values = {
  name: 'fleet',
  path: '/srv/apps/web.v1.tar',
  UPPER: 'ABC',
  empty: '',
  slashed: 'a/b/c',
  umlaut: 'é',
  sharp: 'straße',
  n: '2',
  minus: '-2',
};

/** The outcomes are those of fluxcd/pkg/envsubst v1.7, with a negative length as in v1.9. */
describe('substitution', () => {
  test.each([
    ['no variables here', 'no variables here'],
    ['${name}', 'fleet'],
    ['${missing}', ''],
    ['a $name stays, as does $ at the end: $', 'a $name stays, as does $ at the end: $'],
    ['$$HOME $$(date) $$1 $$ $HOME $${name} $$$${name}', '$HOME $(date) $1 $ $HOME ${name} $${name}'],
    ['$$${name} $$$name', '$fleet $$name'],
    ['$${a=${name}}', '${a=fleet}'],
    ['${missing:=$$}', '$$'],
    ['${#name} ${#umlaut} ${#missing}', '5 2 0'],
    ['${name^} ${name^^}', 'Fleet FLEET'],
    ['${UPPER,} ${UPPER,,} ${UPPER,^} ${sharp^^}', 'aBC abc ABC STRAßE'],
    ['${name:1}', 'leet'],
    ['${name:1:2} ${name:+1:2}', 'le fleet'],
    ['${name:9} ${name:9:1} ${name:1:::2}', '  le'],
    ['${name: -1} ${name:position} ${name:1:x} ${name:1.5}', 'fleet fleet fleet fleet'],
    ['${name:${n}:${n}}', 'ee'],
    ['${name:${minus}} ${name:1:-1} ${name:3:-4}', 'et lee '],
    ['${missing=x} ${missing:=x} ${missing:-x} ${missing:?x} ${missing:+x}', 'x x x x x'],
    ['${name=x} ${name:=x} ${name:-x} ${name:?x} ${name:+x}', 'fleet fleet fleet fleet fleet'],
    ['${empty:=x} ${empty:-} ${empty==x}', 'x  =x'],
    ['${missing:=${name}-suffix-${name}}', 'fleet-suffix-fleet'],
    ['${missing:=a:b/c}', 'a:b/c'],
    ['${path#*.}', 'v1.tar'],
    ['${path##*.}', 'tar'],
    ['${path%.*}', '/srv/apps/web.v1'],
    ['${path%%.*}', '/srv/apps/web'],
    ['${path#nothing} ${path%nothing}', '/srv/apps/web.v1.tar /srv/apps/web.v1.tar'],
    ['${name#[a-f]} ${name#[^a-f]} ${name#?} ${name##*}', 'leet fleet leet '],
    ['${name#*} ${name%*} ${name#\\f}', 'leet flee leet'],
    ['${name%[a-z]} ${name#[a-} ${name#a\\}', 'fleet fleet fleet'],
    ['${name/e/E}', 'flEet'],
    ['${name//e/E}', 'flEEt'],
    ['${name/#f/F} ${name/#e/F} ${name/#f/}', 'Fleet fleet fleet'],
    ['${name/%t/T} ${name/%e/T} ${name/%t/}', 'fleeT fleet fleet'],
    ['${name/e/} ${name//e/}', 'flet flt'],
    ['${slashed//\\//-} ${name/e/\\/} ${name/e/$$}', 'a-b-c fl/et fl$et'],
    ['${path/./}', '/srv/apps/webv1.tar'],
    ['${name//e/$&}', 'fl$&$&t'],
    ['${1} ${__proto__} ${constructor:=own}', '  own'],
  ])('%s gives %s', (text, result) => {
    expect(substitute(text, values)).toBe(result);
  });

  test.each([
    ['${name', 'missing closing brace'],
    ['${}', 'unable to parse variable name'],
    ['${array[@]}', 'missing closing brace'],
    ['${missing-x} ${missing?x} ${missing+x}', 'missing closing brace'],
    ['${name:}', 'unable to parse substitution within function'],
    ['${name#}', 'unable to parse substitution within function'],
    ['${name/e}', 'a / is missing behind the pattern'],
    ['${name^x}', 'bad substitution'],
    ['${umlaut:1}', 'cut a character in two'],
    ['ok\nok ${name', 'line 2: the expression "${name"'],
    ['${a='.repeat(40), 'nest deeper than 32'],
  ])('%s is refused: %s', (text, message) => {
    expect(() => substitute(text, values)).toThrow(SubstitutionError);
    expect(() => substitute(text, values)).toThrow(message);
  });

  test.each(['', '^', '^^', ',', '#a', '%%a', '/a/b', ':1', ':1:2'])(
    'in strict mode ${missing%s} is an error that names the variable',
    operation => {
      expect(() => substitute(`\${missing${operation}}`, values, { strict: true })).toThrow(
        'variable not set (strict mode): "missing"',
      );
      expect(substitute(`\${name${operation}}`, values, { strict: true })).not.toBe('');
    },
  );

  test.each([':-', '=', ':=', ':?', ':+'])('in strict mode ${missing%sx} is its default', operator => {
    expect(substitute(`\${missing${operator}x} \${empty}`, values, { strict: true })).toBe('x ');
    expect(() => substitute(`\${name${operator}\${missing}}`, values, { strict: true })).toThrow('"missing"');
  });

  test('in strict mode the length of a variable that is not set is an error', () => {
    expect(() => substitute('${#missing}', values, { strict: true })).toThrow('variable not set');
  });

  describe('hostile texts end soon', () => {
    const long = { long: 'a'.repeat(1_000_000), part: 'a'.repeat(500_000) };
    test.each([
      ['a long pattern', `\${long%%b${'a'.repeat(900)}*}`, 'steps to match'],
      ['many patterns', '${long##?*?*?*?*?*?*?*b}'.repeat(100), 'steps to match'],
      ['a pattern from a value', '${long#${part}}', 'a pattern is longer than 1024 characters'],
      ['a sought value', '${long//${part}/x}', 'a pattern is longer than 1024 characters'],
      ['a value in the place of each character', '${long//a/${long}}', 'characters together'],
      ['a long value many times', '${x=${long}}'.repeat(1000), 'characters together'],
    ])('%s', (_, text, message) => {
      expect(() => substitute(text, long)).toThrow(message);
    });

    test.each([
      ['trims of a single character', '${long%%a}'.repeat(5), 4_999_995],
      ['dollar signs', '$$'.repeat(400_000), 400_000],
      ['expressions', '${x}'.repeat(200_000), 0],
      ['dollar signs before parentheses', '$('.repeat(400_000), 800_000],
    ])('%s', (_, text, length) => {
      expect(substitute(text, long)).toHaveLength(length);
    });
  });

  test('a name that no expression could use is refused', () => {
    for (const name of ['a-b', '', '1', 'é'])
      expect(() => substitute('', { [name]: '1' })).toThrow(`'${name}' var name is invalid`);
  });

  test('any text gives a text or a SubstitutionError, and soon', () => {
    const alphabet = fc.constantFrom(
      '${',
      '}',
      '$',
      'name',
      ':',
      '/',
      '#',
      '%',
      '*',
      '?',
      '[',
      ']',
      '=',
      '^',
      ',',
      '1',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 40 }), parts => {
        try {
          expect(typeof substitute(parts.join(''), values)).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(SubstitutionError);
        }
      }),
    );
  });
});
