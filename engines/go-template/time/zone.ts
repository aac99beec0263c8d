import { zoneAbbreviation } from './zone-names.ts';

/** What a zone's clocks show at a moment. */
export interface ZoneTime {
  /** Such as CET, or +04 where there are no letters for it. */
  abbreviation: string;
  /** Seconds east of Greenwich. */
  offset: number;
}

/** A place whose clocks are set together, as Go's *time.Location. */
export interface Zone {
  name: string;
  /** At so many seconds since 1970. */
  at(seconds: number): ZoneTime;
}

export const utc: Zone = { name: 'UTC', at: () => ({ abbreviation: 'UTC', offset: 0 }) };

/** A zone with one offset at all times. */
export function fixedZone(abbreviation: string, offset: number): Zone {
  return { name: abbreviation, at: () => ({ abbreviation, offset }) };
}

/** The zone by its name in the tz database; undefined if there is none. `local` is what `Local` means. */
export function zoneNamed(name: string, local: Zone): Zone | undefined {
  if (name === '' || name === 'UTC') return utc;
  return name === 'Local' ? local : ianaZone(name);
}

const zones = new Map<string, Zone | undefined>();

function ianaZone(name: string): Zone | undefined {
  if (!zones.has(name)) zones.set(name, openZone(name));
  return zones.get(name);
}

/** The runtime knows the tz database as well, and takes offsets and any case, which file names do not. */
function openZone(name: string): Zone | undefined {
  if (!/^[A-Z][A-Za-z0-9_+-]*(\/[A-Z][A-Za-z0-9_+-]*)*$/.test(name)) return undefined;
  try {
    const formats = (['longOffset', 'long'] as const).map(
      timeZoneName => new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName }),
    );
    return { name, at: seconds => zoneTime(name, formats, seconds) };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** JavaScript's dates end here, in milliseconds. */
const lastMoment = 8.64e15;

function zoneTime(name: string, formats: Intl.DateTimeFormat[], seconds: number): ZoneTime {
  const moment = Math.min(Math.max(seconds * 1000, -lastMoment), lastMoment);
  const [offsetText = '', cldrName = ''] = formats.map(
    format => format.formatToParts(moment).find(part => part.type === 'timeZoneName')?.value,
  );
  const offset = offsetOf(offsetText);
  return { abbreviation: zoneAbbreviation(name, cldrName, offset), offset };
}

/** `GMT`, `GMT+05:30` or `GMT-00:44:30` in seconds. */
function offsetOf(text: string): number {
  const [, sign, hours = 0, minutes = 0, seconds = 0] =
    /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text) ?? [];
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' ? -size : size;
}

/** The moment at which the clocks of a zone show a time, given as the seconds that it would be in UTC. */
export function momentOf(local: number, zone: Zone): number {
  const guess = local - zone.at(local).offset;
  return local - zone.at(guess).offset;
}
