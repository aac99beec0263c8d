import { describe, expect, test } from 'vitest';
import { findRegexes } from './find.ts';
import { judge } from './judge.ts';

describe('regular expressions of a source', () => {
  test.each([
    ['const a = /x\\/[a/]/g;', '/x\\/[a/]/g', 'x\\/[a/]', 'g'],
    ["new RegExp('a+' + 'b', 'i')", "new RegExp('a+' + 'b', 'i')", 'a+b', 'i'],
    ['RegExp(String.raw`\\d+`)', 'RegExp(String.raw`\\d+`)', '\\d+', ''],
    [
      "const part = 'a'; const all = `${part}b`; new RegExp(`^${all}$`)",
      'new RegExp(`^${all}$`)',
      '^ab$',
      '',
    ],
    ['new RegExp(given)', 'new RegExp(given)', undefined, ''],
    ["const é = 'ü'; /y/", '/y/', 'y', ''],
  ])('%s', (source, text, pattern, flags) => {
    expect(findRegexes(`// one line above\n${source}`)).toEqual([{ text, pattern, flags, line: 2 }]);
  });

  test('a comment, a text and a division are none', () => {
    expect(findRegexes("// /a+/\nconst b = '/a+$/'; const c = 4 / 2 / 1;")).toEqual([]);
  });
});

describe('the judgement of a pattern', () => {
  test.each([
    ['^(a|b)*c$', true],
    ['(?<!0)0+$', true],
    ['0+$', false],
    ['^(?:\\d+\\.?\\d*s)+$', false],
  ])('%s is safe: %s', (pattern, safe) => {
    expect(judge(pattern, '').safe).toBe(safe);
  });
});
