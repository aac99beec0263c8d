import { describe, expect, test } from 'vitest';
import { stringify, writeString } from './index.ts';

describe('strings of go-yaml v3', () => {
  test('a text of several lines may have tabs, one of one line is quoted', () => {
    const value = { script: 'if x\n\ty\n', tab: 'a\tb' };
    expect(stringify(value, { style: 'go-yaml-3' })).toBe('script: |\n  if x\n  \ty\ntab: "a\\tb"\n');
    expect(stringify(value)).toBe('script: "if x\\n\\ty\\n"\ntab: "a\\tb"\n');
  });

  const place = { column: 0, key: false, width: Number.POSITIVE_INFINITY, unit: 4 };
  test.each([
    [0, '|-\n    a\n    b'],
    [4, '|-\n        a\n        b'],
    [6, '|-\n        a\n        b'],
  ])('the lines of a block in column %i stand at a multiple of the indentation', (indent, written) => {
    expect(writeString('a\nb', { ...place, indent }, false)).toBe(written);
  });

  test('a block that begins with white space says how deep its lines are', () => {
    expect(writeString(' a\nb', { ...place, indent: 0 }, false)).toBe('|4-\n     a\n    b');
    expect(writeString(' a\nb', { ...place, indent: 6 }, false)).toBe('|2-\n         a\n        b');
  });
});
