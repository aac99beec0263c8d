import { compilePattern } from './pattern.ts';

type Check = (text: string) => boolean;

function matches(source: RegExp): Check {
  return text => source.test(text);
}

const uuid = (version: string, variant: string): Check =>
  matches(new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}-?${variant}-?[0-9a-f]{12}$`, 'i'));
const hex4 = '[0-9a-f]{4}';
const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/**
 * The formats that the API server checks in custom resources, by their name without dashes. Others mean nothing.
 * Source of the rule: apiextensions, supported formats; go-openapi/strfmt.
 */
const formats: Readonly<Record<string, Check>> = {
  byte: matches(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/),
  cidr: text => isCidr(text),
  creditcard: text => isCreditCard(text),
  date: text => isDate(text),
  datetime: text => isDateTime(text),
  duration: text => isDuration(text),
  email: matches(/^(?:[^@<>]*<)?[^\s@<>]+@[^\s@<>]+>?$/),
  hexcolor: matches(/^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/),
  hostname: text => text.length <= 255 && hostname.test(text),
  ipv4: text => isIpv4(text),
  ipv6: text => isIpv6(text),
  isbn: text => isIsbn10(text) || isIsbn13(text),
  isbn10: text => isIsbn10(text),
  isbn13: text => isIsbn13(text),
  k8slongname: text => text.length <= 253 && new RegExp(`^${label}(\\.${label})*$`).test(text),
  k8sshortname: text => text.length <= 63 && new RegExp(`^${label}$`).test(text),
  mac: matches(/^(?:[0-9a-f]{2}([:-]))(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$|^(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}$/i),
  password: () => true,
  rgbcolor: matches(
    /^rgb\(\s*(?:\d{1,2}|1\d\d|2[0-4]\d|25[0-5])\s*(?:,\s*(?:\d{1,2}|1\d\d|2[0-4]\d|25[0-5])\s*){2}\)$/,
  ),
  ssn: matches(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/),
  bsonobjectid: matches(/^[0-9a-f]{24}$/i),
  uri: text => isUri(text),
  uuid: uuid(hex4, hex4),
  uuid3: uuid('3[0-9a-f]{3}', hex4),
  uuid4: uuid('4[0-9a-f]{3}', '[89ab][0-9a-f]{3}'),
  uuid5: uuid('5[0-9a-f]{3}', '[89ab][0-9a-f]{3}'),
};

const hostLetter = '[a-zA-Z0-9\\u00a1-\\uffff]';
const hostLabel = `${hostLetter}(?:[a-zA-Z0-9\\u00a1-\\uffff-]{0,61}${hostLetter})?`;
const hostname = new RegExp(`^${hostLabel}(?:\\.${hostLabel})*$`);

/** Whether a schema's `format` is one that is checked. */
export function knownFormat(format: string): boolean {
  return Object.hasOwn(formats, plain(format));
}

/** Whether a text is of a format; true for formats that are not checked. */
export function fitsFormat(text: string, format: string): boolean {
  return formats[plain(format)]?.(text) ?? true;
}

function plain(format: string): string {
  return format.replaceAll('-', '');
}

function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return false;
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function isDateTime(text: string): boolean {
  const parts =
    /^(\d{4}-\d\d-\d\d)t([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(\.\d+)?(z|[+-]([01]\d|2[0-3]):?[0-5]\d)$/i.exec(
      text,
    );
  return parts !== null && isDate(parts[1] as string);
}

/** Go's durations (`1h30m`), or a number and a word as Scala writes them (`22 ns`). */
function isDuration(text: string): boolean {
  return (
    /^[+-]?(?:0|(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text) ||
    compilePattern(scalaDuration).test(text)
  );
}

const scalaDuration =
  '^[0-9]+\\s*(ns|nanos?|nanoseconds?|us|µs|micros?|microseconds?|ms|millis?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)$';

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every(part => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

function isIpv6(text: string): boolean {
  if (!text.includes(':')) return false;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap(half => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1);
  const dotted = last?.includes('.') === true;
  if (dotted && !isIpv4(last)) return false;
  const plainGroups = dotted ? groups.slice(0, -1) : groups;
  const count = plainGroups.length + (dotted ? 2 : 0);
  return (
    plainGroups.every(group => /^[0-9a-f]{1,4}$/i.test(group)) &&
    (halves.length === 2 ? count < 8 : count === 8)
  );
}

function isCidr(text: string): boolean {
  const [address = '', bits = ''] = text.split('/');
  if (!/^\d{1,3}$/.test(bits) || text.split('/').length !== 2) return false;
  return (isIpv4(address) && Number(bits) <= 32) || (isIpv6(address) && Number(bits) <= 128);
}

/** As Go's net/url parses the URI of a request: absolute, or a rooted path. */
function isUri(text: string): boolean {
  if (/[\s\u007f]/.test(text) || /%(?![0-9a-f]{2})/i.test(text)) return false;
  return /^[a-z][a-z0-9+.-]*:\S+$/i.test(text) || text.startsWith('/');
}

function isCreditCard(text: string): boolean {
  return /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/.test(
    text.replaceAll(/\D/g, ''),
  );
}

function isIsbn10(text: string): boolean {
  const digits = text.replaceAll(/[\s-]/g, '');
  if (!/^\d{9}[\dX]$/.test(digits)) return false;
  const sum = [...digits].reduce(
    (total, digit, i) => total + (10 - i) * (digit === 'X' ? 10 : Number(digit)),
    0,
  );
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = text.replaceAll(/[\s-]/g, '');
  if (!/^\d{13}$/.test(digits)) return false;
  return [...digits].reduce((total, digit, i) => total + (i % 2 === 0 ? 1 : 3) * Number(digit), 0) % 10 === 0;
}
