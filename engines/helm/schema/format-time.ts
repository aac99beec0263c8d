import { quote } from '@millrace/go-template';

/** RFC 3339, full-date */
export function dateProblem(text: string): string | undefined {
  const parsing = `parsing time ${quote(text)}`;
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!parts) return `${parsing} as "2006-01-02": cannot parse ${quote(text)} as "2006"`;
  const [, year, month, day] = parts.map(Number) as [number, number, number, number];
  if (month < 1 || month > 12) return `${parsing}: month out of range`;
  const last = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  return day < 1 || day > last ? `${parsing}: day out of range` : undefined;
}

/** RFC 3339, full-time: with an offset; the second 60 is one only before midnight, UTC. */
export function timeProblem(text: string): string | undefined {
  if (text.length < 9) return 'less than 9 characters long';
  if (text[2] !== ':' || text[5] !== ':') return 'missing colon in correct place';
  const parts = [text.slice(0, 2), text.slice(3, 5), text.slice(6, 8)];
  if (!parts.every(part => /^[-+]?\d+$/.test(part))) return 'invalid hour/min/sec';
  const [hour, minute, second] = parts.map(Number) as [number, number, number];
  if (hour < 0 || minute < 0 || second < 0) return 'non-positive hour/min/sec';
  if (hour > 23 || minute > 59 || second > 60) return 'hour/min/sec out of range';
  const [fraction, offset] = [/^\.\d*/.exec(text.slice(8))?.[0] ?? '', text.slice(8).replace(/^\.\d*/, '')];
  if (fraction === '.') return 'no digits in second fraction';
  const shift = offsetOf(offset);
  if (typeof shift === 'string') return shift;
  const utc = (hour * 60 + minute - shift + 24 * 60) % (24 * 60);
  return second === 60 && utc !== 24 * 60 - 1 ? 'invalid leap second' : undefined;
}

/** Minutes east of UTC, or what is wrong. */
function offsetOf(text: string): number | string {
  if (text === 'z' || text === 'Z') return 0;
  if (text.length !== 6) return 'offset must be 6 characters long';
  if (!/^[-+]/.test(text)) return 'offset must begin with plus/minus';
  if (text[3] !== ':') return 'missing colon in offset in correct place';
  const [, sign, hours, minutes] = /^([-+])(\d\d):(\d\d)$/.exec(text) ?? [];
  if (hours === undefined) return 'invalid hour/min in offset';
  if (Number(hours) > 23 || Number(minutes) > 59) return 'hour/min in offset out of range';
  return (sign === '+' ? 1 : -1) * (Number(hours) * 60 + Number(minutes));
}

/** RFC 3339, date-time */
export function dateTimeProblem(text: string): string | undefined {
  if (text.length < 20) return 'less than 20 characters long';
  if (!/[tT]/.test(text[10]!)) return '11th character must be t or T';
  const date = dateProblem(text.slice(0, 10));
  if (date !== undefined) return `invalid date element: ${date}`;
  const time = timeProblem(text.slice(11));
  return time && `invalid time element: ${time}`;
}

const unitsByPart = ['YMD', 'HMS'];

/** RFC 3339, appendix A */
export function durationProblem(text: string): string | undefined {
  if (!text.startsWith('P')) return 'must start with P';
  const rest = text.slice(1);
  if (rest === '') return 'nothing after P';
  if (rest.endsWith('W')) {
    if (rest === 'W') return 'no number in week';
    return /^\d+W$/.test(rest) ? undefined : 'invalid week';
  }
  const parts = rest.split('T');
  for (const [at, part] of parts.entries()) {
    if (at > 0 && part === '') return 'no time elements';
    if (at >= unitsByPart.length) return 'more than one T';
    const problem = unitsProblem(part, unitsByPart[at]!);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function unitsProblem(text: string, all: string): string | undefined {
  let units = all;
  for (let rest = text; rest !== ''; ) {
    const digits = /^\d*/.exec(rest)![0];
    if (digits === '') return 'missing number';
    const unit = rest[digits.length];
    if (unit === undefined) return 'missing unit';
    const at = units.indexOf(unit);
    if (at < 0) return all.includes(unit) ? `unit '${unit}' out of order` : `invalid unit '${unit}'`;
    units = units.slice(at + 1);
    rest = rest.slice(digits.length + 1);
  }
  return undefined;
}

/** ISO 8601: start and end, of which one may be a duration. */
export function periodProblem(text: string): string | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return 'missing slash';
  const [start, end] = [text.slice(0, slash), text.slice(slash + 1)];
  const check = (which: string, part: string, isDuration: boolean) => {
    const problem = isDuration ? durationProblem(part) : dateTimeProblem(part);
    return problem && `invalid ${which} ${isDuration ? 'duration' : 'date-time'}: ${problem}`;
  };
  const startsWithDuration = start.startsWith('P');
  return (
    check('start', start, startsWithDuration) ?? check('end', end, !startsWithDuration && end.startsWith('P'))
  );
}
