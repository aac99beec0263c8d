import { parseGoDuration } from './go-duration.ts';
import { isIpv6Address, isRequestUri } from './request-uri.ts';

type Check = (text: string) => boolean;

function matches(source: RegExp): Check {
  return text => source.test(text);
}

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
  hostname: text => isHostname(text),
  ipv4: text => isSloppyIpv4(text),
  ipv6: isIpv6Address,
  isbn: text => isIsbn10(text) || isIsbn13(text),
  isbn10: text => isIsbn10(text),
  isbn13: text => isIsbn13(text),
  k8slongname: text => text.length <= 253 && new RegExp(`^${label}(\\.${label})*$`).test(text),
  k8sshortname: text => text.length <= 63 && new RegExp(`^${label}$`).test(text),
  mac: text => isMac(text),
  password: () => true,
  rgbcolor: text => isRgbColor(text),
  ssn: matches(/^\d{3}[- ]\d{2}[- ]\d{4}$/),
  bsonobjectid: matches(/^[0-9a-f]{24}$/i),
  uri: isRequestUri,
  uuid: matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i),
  uuid3: matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i),
  uuid4: matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i),
  uuid5: matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i),
};

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

/** Behind a second `t` anything may follow. Source of the rule: go-openapi/strfmt, IsDateTime. */
function isDateTime(text: string): boolean {
  const [date = '', time = ''] = text.toLowerCase().split('t', 2);
  return (
    isDate(date) &&
    /^(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:.[0-9]+)?(?:z|[+-][0-9]{2}:[0-9]{2})$/.test(time)
  );
}

/** Go's durations (`1h30m`), or any text that has a number and a unit as Scala writes them (`22 ns`, `3 weeks`). */
function isDuration(text: string): boolean {
  return parseGoDuration(text) !== undefined || hasScalaDuration(text);
}

const scalaUnits = new Set(['ns', 'us', '\u00b5s', 'ms', 's', 'm', 'h', 'hr', 'd', 'w', 'wk']);
const scalaWords = /^(?:nano|micro|milli|sec|min|hour|day|week)/;

function hasScalaDuration(text: string): boolean {
  let found = false;
  // The unit may lack, so that no run of digits is read twice.
  for (const [match, word = ''] of text.matchAll(/[0-9]+[\t\n\f\r ]*([A-Za-z\u00b5]+)?/g)) {
    if (word === '') continue;
    if (match.search(/[^0-9]/) > 18) return false;
    const unit = word.toLowerCase();
    found ||= scalaUnits.has(unit) || scalaWords.test(unit);
  }
  return found;
}

/** Leading zeros are no harm here. Source of the rule: go-openapi/strfmt. */
function isSloppyIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every(part => /^[0-9]+$/.test(part) && Number(part) <= 255);
}

function isCidr(text: string): boolean {
  const [address = '', bits = '', ...more] = text.split('/');
  if (more.length > 0 || !/^[0-9]{1,6}$/.test(bits)) return false;
  return (isSloppyIpv4(address) && Number(bits) <= 32) || (isIpv6Address(address) && Number(bits) <= 128);
}

/** One label of up to 64 characters, or several of which the last is letters only. */
function isHostname(text: string): boolean {
  if (text.length > 255 || Buffer.byteLength(text) > 255) return false;
  const labels = text.split('.');
  if (labels.some(label => Buffer.byteLength(label) > 63)) return false;
  if (labels.length === 1) return /^[a-zA-Z0-9\p{S}\p{L}](?:-?[a-zA-Z0-9\p{S}\p{L}]*)$/u.test(text);
  return (
    /^\p{L}{2,}$/u.test(labels.pop()!) &&
    labels.every(
      label => /^[a-zA-Z0-9\p{S}\p{L}-]+$/u.test(label) && !label.startsWith('-') && !label.endsWith('-'),
    )
  );
}

/** 6, 8 or 20 bytes, as Go's net.ParseMAC takes them. */
function isMac(text: string): boolean {
  const separator = text[2] === ':' || text[2] === '-' ? text[2] : '.';
  const groups = text.split(separator, 21);
  const digits = separator === '.' ? 4 : 2;
  return (
    [6, 8, 20].includes((groups.length * digits) / 2) &&
    groups.every(group => group.length === digits && /^[0-9a-fA-F]+$/.test(group))
  );
}

/** `rgb(1, 2, 3)` */
function isRgbColor(text: string): boolean {
  if (!text.startsWith('rgb(') || !text.endsWith(')')) return false;
  const parts = text.slice(4, -1).split(',', 4);
  return (
    parts.length === 3 &&
    parts.every(part => {
      const number = part.replaceAll(/[\t\n\f\r ]/g, '');
      return (
        part.trim().length === number.length &&
        /^(?:0|[1-9][0-9]{0,2})$/.test(number) &&
        Number(number) <= 255
      );
    })
  );
}

/** The number of a card by its digits' sum (Luhn). */
function isCreditCard(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '');
  const isKnown =
    /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11}|6[27]\d{14})$/.test(
      digits,
    ) ||
    (/^\d{16}$/.test(digits) && Number(digits.slice(0, 4)) >= 2221 && Number(digits.slice(0, 4)) <= 2720);
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return isKnown && sum % 10 === 0;
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
