/** The text is no address; the message is that of Go's net/netip. */
export class BadAddress extends Error {
  override name = 'BadAddress';
}

/** An address by its bytes: 4 or 16. */
export interface Address {
  readonly bytes: readonly number[];
  /** The IPv6 zone, empty for none. */
  readonly zone: string;
}

/** Throws BadAddress. Source of the rule: Go's net/netip.ParseAddr. */
export function parseAddress(text: string): Address {
  const bad = (why: string) => new BadAddress(`ParseAddr(${JSON.stringify(text)}): ${why}`);
  for (const sign of text) {
    if (sign === '.') return { bytes: parseV4(text, bad), zone: '' };
    if (sign === ':') return parseV6(text, bad);
    if (sign === '%') throw bad('missing IPv6 address');
  }
  throw bad('unable to parse IP');
}

type Bad = (why: string) => BadAddress;

function at(why: string, rest: string): string {
  return `${why} (at ${JSON.stringify(rest)})`;
}

function parseV4(text: string, bad: Bad): number[] {
  const bytes: number[] = [];
  let digits = '';
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]!;
    if (sign >= '0' && sign <= '9') {
      if (digits === '0') throw bad('IPv4 field has octet with leading zero');
      digits += sign;
      if (Number(digits) > 255) throw bad('IPv4 field has value >255');
    } else if (sign === '.') {
      if (i === 0 || i === text.length - 1 || text[i - 1] === '.')
        throw bad(at('IPv4 field must have at least one digit', text.slice(i)));
      if (bytes.length === 3) throw bad('IPv4 address too long');
      bytes.push(Number(digits));
      digits = '';
    } else throw bad(at('unexpected character', text.slice(i)));
  }
  if (bytes.length < 3) throw bad('IPv4 address too short');
  return [...bytes, Number(digits)];
}

function parseV6(text: string, bad: Bad): Address {
  const [address = '', ...zones] = text.split('%');
  const zone = zones.join('%');
  if (zones.length > 0 && zone === '') throw bad('zone must be a non-empty string');
  const groups: number[] = [];
  let rest = address;
  let ellipsis = -1;
  if (rest.startsWith('::')) {
    ellipsis = 0;
    rest = rest.slice(2);
  }
  while (groups.length < 16 && rest !== '') {
    const [digits = ''] = /^[0-9a-fA-F]*/.exec(rest) ?? [];
    if (digits.length > 4) throw bad(at('each group must have 4 or less digits', rest));
    if (digits === '') throw bad(at('each colon-separated field must have at least one digit', rest));
    const next = rest[digits.length];
    if (next === '.') {
      if (ellipsis < 0 && groups.length !== 12)
        throw bad(at('embedded IPv4 address must replace the final 2 fields of the address', rest));
      if (groups.length + 4 > 16)
        throw bad(at('too many hex fields to fit an embedded IPv4 at the end of the address', rest));
      groups.push(...parseV4(rest, bad));
      rest = '';
      break;
    }
    const group = Number.parseInt(digits, 16);
    groups.push(group >> 8, group & 255);
    rest = rest.slice(digits.length);
    if (rest === '') break;
    if (next !== ':') throw bad(at('unexpected character, want colon', rest));
    if (rest.length === 1) throw bad(at('colon must be followed by more characters', rest));
    rest = rest.slice(1);
    if (rest.startsWith(':')) {
      if (ellipsis >= 0) throw bad(at('multiple :: in address', rest));
      ellipsis = groups.length;
      rest = rest.slice(1);
    }
  }
  if (rest !== '') throw bad(at('trailing garbage after address', rest));
  if (groups.length < 16) {
    if (ellipsis < 0) throw bad('address string too short');
    groups.splice(ellipsis, 0, ...new Array<number>(16 - groups.length).fill(0));
  } else if (ellipsis >= 0) throw bad('the :: must expand to at least one field of zeros');
  return { bytes: groups, zone };
}

/** In the shortest form, as Go writes it. */
export function addressText(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  const run = longestZeros(groups);
  const text = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map(group => group.toString(16))
      .join(':');
  return run.length < 2 ? text(0, 8) : `${text(0, run.start)}::${text(run.start + run.length, 8)}`;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** `::ffff:1.2.3.4` */
export function isMapped(bytes: readonly number[]): boolean {
  return (
    bytes.length === 16 &&
    bytes.slice(0, 10).every(byte => byte === 0) &&
    bytes[10] === 255 &&
    bytes[11] === 255
  );
}
