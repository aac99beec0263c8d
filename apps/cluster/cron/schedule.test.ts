import { expect, test } from 'vitest';
import { BadSchedule } from './field.ts';
import { parseSchedule } from './schedule.ts';

function timesOf(text: string, from: string, count: number, zone?: string): string[] {
  const schedule = parseSchedule(text, zone);
  const times: string[] = [];
  for (let last = Date.parse(from); times.length < count; ) {
    last = schedule.next(last)!;
    times.push(new Date(last).toISOString().slice(0, 16));
  }
  return times;
}

test.each([
  ['*/20 * * * *', ['2026-01-01T00:20', '2026-01-01T00:40', '2026-01-01T01:00']],
  ['5/25 3 * * *', ['2026-01-01T03:05', '2026-01-01T03:30', '2026-01-01T03:55']],
  ['0 6-16/5 * * mon-fri', ['2026-01-01T06:00', '2026-01-01T11:00', '2026-01-01T16:00']],
  ['0 0 29 2 *', ['2028-02-29T00:00', '2032-02-29T00:00']],
  ['0 0 13 * 5', ['2026-01-02T00:00', '2026-01-09T00:00', '2026-01-13T00:00']],
  ['0 0 13 * ?', ['2026-01-13T00:00', '2026-02-13T00:00']],
  ['15,45 12 1 JUL,dec ?', ['2026-07-01T12:15', '2026-07-01T12:45', '2026-12-01T12:15']],
  ['@hourly', ['2026-01-01T01:00', '2026-01-01T02:00']],
  ['@weekly', ['2026-01-04T00:00', '2026-01-11T00:00']],
  ['@yearly', ['2027-01-01T00:00']],
  ['@every 1h30m', ['2026-01-01T01:30', '2026-01-01T03:00']],
  ['TZ=Asia/Tokyo 0 9 * * *', ['2026-01-02T00:00', '2026-01-03T00:00']],
])('%s', (text, times) => {
  expect(timesOf(text, '2026-01-01T00:00:00Z', times.length)).toEqual(times);
});

test('an hour that clocks skip has no run, one that comes twice has two', () => {
  expect(timesOf('30 2 * * *', '2026-03-28T02:00:00Z', 2, 'Europe/Berlin')).toEqual([
    '2026-03-30T00:30',
    '2026-03-31T00:30',
  ]);
  expect(timesOf('30 2 * * *', '2026-10-24T12:00:00Z', 3, 'Europe/Berlin')).toEqual([
    '2026-10-25T00:30',
    '2026-10-25T01:30',
    '2026-10-26T01:30',
  ]);
});

test('a day that begins at one o’clock is found', () => {
  expect(timesOf('0 1 * 9 *', '2026-09-05T12:00:00Z', 1, 'America/Santiago')).toEqual(['2026-09-06T04:00']);
});

test('a date that never comes has no next time', () => {
  expect(parseSchedule('0 0 31 2 *').next(0)).toBeUndefined();
});

test.each([
  ['', 'empty spec string'],
  ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
  ['61 * * * *', 'end of range (61) above maximum (59): 61'],
  ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['* 9-5 * * *', 'beginning of range (9) beyond end of range (5): 9-5'],
  ['*/0 * * * *', 'step of range should be a positive number: */0'],
  ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
  ['*/1/2 * * * *', 'too many slashes: */1/2'],
  ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ['@often', 'unrecognized descriptor: @often'],
  ['@every x', 'failed to parse duration @every x: time: invalid duration "x"'],
  ['@every 5', 'failed to parse duration @every 5: time: missing unit in duration "5"'],
  ['TZ=Moon/Base * * * * *', 'provided bad location Moon/Base: unknown time zone Moon/Base'],
])('%j is no schedule', (text, message) => {
  expect(() => parseSchedule(text)).toThrow(new BadSchedule(message));
});
