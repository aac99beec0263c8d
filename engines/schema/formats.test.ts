import { describe, expect, test } from 'vitest';
import { fitsFormat, parseGoDuration } from './index.ts';

/** As kube-openapi's strfmt (July 2026) takes them, and does not. */
const texts: readonly (readonly [format: string, fits: readonly string[], not: readonly string[]])[] = [
  [
    'duration',
    ['0', '1h30m', '-1.5s', '.5ms', '1µs', '22 ns', '3 weeks', '1Day', 'in 2 hours', '1s x'],
    ['', '1', 'h', '1.', '-', '1x', '.s', '99999999999999999999s', 'a day'],
  ],
  [
    'uri',
    [
      'http://a',
      '/a',
      'x:y',
      '*',
      'http://a"b/',
      'http://[::1%25eth0]:80/',
      'http://é',
      '/a b',
      '//!}',
      'http://a?#',
    ],
    [
      '',
      'a',
      'http://a#b',
      'http://#',
      'http://%zz',
      'http://a%20b/',
      'http://a:x',
      'http://[::1',
      'http://a b',
      ':a',
    ],
  ],
  [
    'date-time',
    ['2020-02-29T23:59:59Z', '2020-02-29t00:00:00.5+01:00', '2020-02-29T00:00:00ztrailing'],
    [
      '2021-02-29T00:00:00Z',
      '2021-01-01T24:00:00Z',
      '2021-01-01T23:59:60Z',
      '2021-01-01T00:00:00+0100',
      '2021-01-01',
    ],
  ],
  [
    'hostname',
    ['a', 'a-', '1', 'a.bc', 'a-b.c1.org'],
    ['', '-a', 'a.b', 'a.b1', 'a_b', 'a..bc', `${'a'.repeat(64)}.org`],
  ],
  ['ipv4', ['1.2.3.4', '01.2.3.4'], ['1.2.3', '1.2.3.256', '1.2.3.4.']],
  ['ipv6', ['::', '1:2:3:4:5:6:7:8', '::1.2.3.4'], ['1::2::3', '1:2:3', '::g', '::01.2.3.4', '1.2.3.4']],
  ['cidr', ['1.2.3.4/8', '::/0'], ['1.2.3.4', '1.2.3.4/33', '::/129', '1.2.3.4/8/8']],
  [
    'mac',
    ['01:02:03:04:05:06', '01-02-03-04-05-06-07-08', '0102.0304.0506'],
    ['01:02:03:04:05', '01:02-03:04:05:06'],
  ],
  ['creditcard', ['4111 1111 1111 1111', '5500005555555559'], ['4111111111111112', '']],
  ['ssn', ['123-45-6789', '123 45 6789'], ['123456789']],
  [
    'rgbcolor',
    ['rgb(1,2,3)', 'rgb( 1 , 22 , 255 )'],
    ['rgb(01,2,3)', 'rgb(256,0,0)', 'rgb(1,2)', 'rgb(1 1,2,3)'],
  ],
];

describe('formats of custom resources', () => {
  test.each(texts)('%s', (format, fits, not) => {
    expect(fits.filter(text => !fitsFormat(text, format))).toEqual([]);
    expect(not.filter(text => fitsFormat(text, format))).toEqual([]);
  });

  test.each(texts.map(([format]) => format))('a long text is no %s, and soon', format => {
    for (const part of ['1', '1m', '.', '0:', '-', 'a', ' ', 'rgb(', '1 ', '@']) {
      for (const end of ['', 'x', '\n', '!']) fitsFormat(part.repeat(100_000) + end, format);
    }
  });

  test('a duration of many parts is read once', () => {
    expect(parseGoDuration('1m'.repeat(59))).toBe(59n * 60_000_000_000n);
    expect(parseGoDuration(`${'1m'.repeat(59)}!`)).toBeUndefined();
    expect(parseGoDuration(`${'1'.repeat(118)}!`)).toBeUndefined();
    expect(parseGoDuration('9'.repeat(1_000_000))).toBeUndefined();
  });
});
