import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SubstitutionError, substitute } from './index.ts';

const values = { name: 'fleet', path: '/srv/apps/web.v1.tar', UPPER: 'ABC', empty: '', slashed: 'a/b/c' };

describe('substitution', () => {
  test.each([
    ['no variables here', 'no variables here'],
    ['${name}', 'fleet'],
    ['${missing}', ''],
    ['a $name stays, as do $$ and $', 'a $name stays, as do $$ and $'],
    ['$${name}', '${name}'],
    ['$${a=${name}}', '${a=fleet}'],
    ['${#name}', '5'],
    ['${name^} ${name^^}', 'Fleet FLEET'],
    ['${UPPER,} ${UPPER,,}', 'aBC abc'],
    ['${name:1}', 'leet'],
    ['${name:1:2}', 'le'],
    ['${name:9}', ''],
    ['${missing=x} ${missing:=x} ${missing-x} ${missing:-x}', 'x x x x'],
    ['${empty:=x}', 'x'],
    ['${name:=x}', 'fleet'],
    ['${missing:=${name}-suffix}', 'fleet-suffix'],
    ['${missing:=a:b/c}', 'a:b/c'],
    ['${path#*.}', 'v1.tar'],
    ['${path##*.}', 'tar'],
    ['${path%.*}', '/srv/apps/web.v1'],
    ['${path%%.*}', '/srv/apps/web'],
    ['${path#nothing}', '/srv/apps/web.v1.tar'],
    ['${name/e/E}', 'flEet'],
    ['${name//e/E}', 'flEEt'],
    ['${name/#f/F}', 'Fleet'],
    ['${name/%t/T}', 'fleeT'],
    ['${slashed//\\//-}', 'a-b-c'],
    ['${path/./}', '/srv/apps/webv1.tar'],
    ['${name//e/$&}', 'fl$&$&t'],
  ])('%s gives %s', (text, result) => {
    expect(substitute(text, values)).toBe(result);
  });

  test.each([
    ['${name', 'closing brace'],
    ['${}', 'no variable name'],
    ['${name:x}', 'a number is needed'],
    ['${array[@]}', 'not supported'],
    ['ok\nok ${name', 'line 2'],
  ])('%s is refused: %s', (text, message) => {
    expect(() => substitute(text, values)).toThrow(SubstitutionError);
    expect(() => substitute(text, values)).toThrow(message);
  });

  test('in strict mode a variable without value and default is an error, a default is not', () => {
    expect(() => substitute('${missing}', values, { strict: true })).toThrow('variable not set');
    expect(() => substitute('${missing^^}', values, { strict: true })).toThrow('variable not set');
    expect(substitute('${missing:=x} ${empty}', values, { strict: true })).toBe('x ');
  });

  test('a name that no expression could use is refused', () => {
    expect(() => substitute('', { 'a-b': '1' })).toThrow("'a-b' var name is invalid");
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
