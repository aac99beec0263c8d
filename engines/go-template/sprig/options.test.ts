import { expect, it } from 'vitest';
import { execute, parseTemplate } from '../index.ts';
import { type SprigOptions, sprigFunctions } from './index.ts';

function render(template: string, options: SprigOptions): string {
  return execute(parseTemplate('x', template, { functions: sprigFunctions(options) }), 'x', {});
}

const clock = () => Date.parse('2026-03-04T05:06:07.089Z');

/** Random bytes that are always the same ones. */
function repeatable() {
  let last = 1;
  // The generator of Park and Miller.
  const next = () => (last = (last * 48_271) % 2_147_483_647) >> 8;
  return (count: number) => Uint8Array.from({ length: count }, next);
}

it('the present is what the clock says', () => {
  expect(render('{{now.Format "2006-01-02 15:04:05.000 MST"}}', { clock })).toBe(
    '2026-03-04 05:06:07.089 UTC',
  );
  expect(render('{{now}}', { clock })).toBe('2026-03-04 05:06:07.089 +0000 UTC m=+0.000000000');
  expect(render('{{ago (now.AddDate 0 0 -1)}} {{durationRound (now.AddDate -2 0 0)}}', { clock })).toBe(
    '24h0m0s 2y',
  );
  expect(render('{{date "2006" "no date"}} {{now | dateModify "-24h" | htmlDate}}', { clock })).toBe(
    '2026 2026-03-03',
  );
});

it('local time is that of the zone', () => {
  const timeZone = 'America/New_York';
  expect(render('{{date "15:04 MST" now}} {{now.Location}}', { clock, timeZone })).toBe(
    '00:06 EST America/New_York',
  );
  expect(render('{{toDate "2006-01-02" "2026-07-01" | unixEpoch}}', { timeZone })).toBe('1782878400');
  expect(render('{{toDate "2006-01-02 MST" "2026-07-01 EDT"}}', { timeZone })).toBe(
    '2026-07-01 00:00:00 -0400 EDT',
  );
  expect(() => sprigFunctions({ timeZone: 'Nowhere' })).toThrow('there is no time zone "Nowhere"');
});

it('clocks that are set forward or back show each time once as Go takes it', () => {
  const timeZone = 'Europe/Paris';
  const at = (time: string) => render(`{{toDate "2006-01-02 15:04" "${time}"}}`, { timeZone });
  expect(at('2026-03-29 02:30')).toBe('2026-03-29 03:30:00 +0200 CEST');
  expect(at('2026-10-25 02:30')).toBe('2026-10-25 02:30:00 +0100 CET');
});

it('what is random follows from the source', () => {
  const template =
    '{{randAlphaNum 8}} {{randBytes 4}} {{uuidv4}} {{shuffle "abcdef"}} {{randInt 5 500}} {{randAscii 4}} {{htpasswd "u" "p"}} {{encryptAES "k" "t"}}';
  expect(render(template, { random: repeatable() })).toBe(render(template, { random: repeatable() }));
  expect(render(template, {})).not.toBe(render(template, {}));
});

it.each([2, 7, 10, 95, 256, 257, 70_000])('all numbers below %d are drawn', limit => {
  const drawn = new Set<string>();
  const functions = sprigFunctions({ random: repeatable() });
  const set = parseTemplate('x', `{{randInt 0 ${limit}}}`, { functions });
  for (let turn = 0; turn < 2000; turn++) drawn.add(execute(set, 'x', {}));
  expect(Math.max(...[...drawn].map(Number))).toBeLessThan(limit);
  expect(drawn.size).toBeGreaterThan(Math.min(limit, 60) * 0.9);
});
