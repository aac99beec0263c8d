const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

interface Moment {
  /** Whose UTC fields are those of the time's own zone. */
  date: Date;
  /** '.123', or ''. */
  fraction: string;
  /** '+0200', or 'UTC'. */
  zone: string;
}

/** `Mon Jan _2 15:04:05 2006`, in the zone that the time is written in. */
export function ansiC(text: string): string {
  const { date } = read(text);
  const day = String(date.getUTCDate()).padStart(2);
  return `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${day} ${clock(date)} ${date.getUTCFullYear()}`;
}

/** `2006-01-02 15:04:05.999999999 -0700 MST`: how Go prints a time. */
export function goTime(text: string): string {
  const { date, fraction, zone } = read(text);
  const name = zone === 'UTC' ? '+0000 UTC' : `${zone} ${zone}`;
  return `${date.toISOString().slice(0, 10)} ${clock(date)}${fraction} ${name}`;
}

/** RFC 3339 without the fraction of a second. */
export function wholeSeconds(text: string): string {
  return text.replace(/\.\d+/, '');
}

/** '.120' is '.12', and '.000' nothing. */
function withoutZeros(fraction: string): string {
  let end = fraction.length;
  while (fraction[end - 1] === '0') end--;
  return fraction[end - 1] === '.' ? '' : fraction.slice(0, end);
}

const clock = (date: Date) => date.toISOString().slice(11, 19);

function read(text: string): Moment {
  const [, local = '', fraction = '', offset = 'Z'] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const date = new Date(`${local}Z`);
  if (Number.isNaN(date.getTime())) throw new RangeError(`${JSON.stringify(text)} is no time`);
  return {
    date,
    fraction: withoutZeros(fraction),
    zone: offset === 'Z' ? 'UTC' : offset.replace(':', ''),
  };
}
