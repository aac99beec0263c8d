import { describe, expect, test } from 'vitest';
import { formatTable, widest, widthsOf } from './table.ts';

describe('a table', () => {
  test('is what flux v2.9.5 prints', () => {
    const rows = [
      ['backend', 'main@sha1:20dee474', 'False', 'True', 'Applied revision: main@sha1:20dee474'],
      ['flux-system', '', 'True', 'False', 'waiting to be reconciled'],
    ];
    expect(formatTable(['Name', 'Revision', 'Suspended', 'Ready', 'Message'], rows)).toBe(
      'NAME       \tREVISION          \tSUSPENDED\tREADY\tMESSAGE                              \n' +
        'backend    \tmain@sha1:20dee474\tFalse    \tTrue \tApplied revision: main@sha1:20dee474\t\n' +
        'flux-system\t                  \tTrue     \tFalse\twaiting to be reconciled            \t\n',
    );
  });

  test('without headings is as wide as its cells', () => {
    expect(formatTable([], [['a', 'bcd']])).toBe('a\tbcd\t\n');
  });

  test('without rows is its headings', () => {
    expect(formatTable(['Name', 'Ready'], [])).toBe('NAME\tREADY \n');
  });

  test('spreads a cell of several lines over as many, the other cells being empty there', () => {
    const text = formatTable(['Type', 'Message'], [['Normal', 'one\nthree\n']]);
    expect(text).toBe('TYPE  \tMESSAGE \nNormal\tone    \t\n      \tthree  \t\n      \t       \t\n');
  });

  test('counts wide characters as two cells, marks and colours as none', () => {
    expect(widthsOf([], [['日本', 'e\u0301', '\u001b[31mred\u001b[0m', '✔']])).toEqual([4, 1, 3, 1]);
  });

  test('is at least as wide as it is told', () => {
    expect(formatTable([], [['a', 'b']], widest([3], [1, 2]))).toBe('a  \tb \t\n');
  });
});
