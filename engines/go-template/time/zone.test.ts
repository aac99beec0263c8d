import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { utc, zoneNamed } from './zone.ts';

const rows = readFileSync(new URL('./golden/zones.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map(row => row.split('\t') as [string, string, string, string]);

describe('every zone of the tz database, in winter and in summer of 2024, as Go 1.26 has it', () => {
  it.each(rows)('%s at %s is %s', (name, seconds, abbreviation, offset) => {
    const time = zoneNamed(name, utc)?.at(Number(seconds));
    expect(time).toEqual({ abbreviation, offset: Number(offset) });
  });
});

it.each(['europe/paris', '+05:00', '../UTC', '/UTC', 'Nope/Zone'])('%s is no zone', name => {
  expect(zoneNamed(name, utc)).toBeUndefined();
});
