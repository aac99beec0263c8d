const shape =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(Z|[-+]\d{2}:\d{2})| (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?)?$/;

interface Timestamp {
  date: string;
  clock: string;
  fraction: string;
  zone: string;
}

/** Reads the four forms that go-yaml takes for a timestamp; undefined for text that is none. */
function read(text: string): Timestamp | undefined {
  if (text.charCodeAt(4) !== 0x2d) return undefined;
  const found = shape.exec(text);
  if (found === null) return undefined;
  const [, year, month, day] = found;
  const clock = [found[4] ?? found[9] ?? '0', found[5] ?? found[10] ?? '0', found[6] ?? found[11] ?? '0'];
  if (!isDate(Number(year), Number(month), Number(day)) || !isClock(clock.map(Number))) return undefined;
  return {
    date: `${year}-${pad(month!)}-${pad(day!)}`,
    clock: clock.map(pad).join(':'),
    fraction: (found[7] ?? found[12] ?? '').slice(0, 9).replace(/(?<!0)0+$/, ''),
    zone: found[8] ?? 'Z',
  };
}

function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= days[month - 1]!;
}

function isClock([hour, minute, second]: number[]): boolean {
  return hour! < 24 && minute! < 60 && second! < 60;
}

function pad(part: string): string {
  return part.padStart(2, '0');
}

/** True for text that go-yaml resolves to a time: it is quoted when written. */
export function isTimestamp(text: string): boolean {
  return read(text) !== undefined;
}

/** A timestamp as Go's encoding/json prints a time.Time (RFC 3339, fraction without trailing zeros). */
export function toRfc3339(text: string): string {
  const time = read(text);
  if (time === undefined) return text;
  const zone = time.zone === '+00:00' || time.zone === '-00:00' ? 'Z' : time.zone;
  return `${time.date}T${time.clock}${time.fraction === '' ? '' : `.${time.fraction}`}${zone}`;
}
