/** The literal says something that no text or bytes can be; the message is cel-go's. */
export class BadLiteral extends Error {
  override name = 'BadLiteral';
}

const simple: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  '?': '?',
};

/** The number of digits behind an escape, and their base. */
const coded: Readonly<Record<string, readonly [digits: number, base: number]>> = {
  x: [2, 16],
  X: [2, 16],
  u: [4, 16],
  U: [8, 16],
};

/**
 * The value of a string or bytes literal as it is written, with prefix and quotes. In bytes, `\x` and octal escapes
 * are bytes, in strings code points. Throws BadLiteral.
 */
export function unquote(text: string, isBytes: boolean): string | Uint8Array {
  const [, prefix = '', quote = ''] = /^([rRbB]*)("""|'''|"|')/.exec(text) ?? [];
  const body = text.slice(prefix.length + quote.length, text.length - quote.length).replace(/\r\n?/g, '\n');
  const parts = /r/i.test(prefix) ? [body] : partsOf(body, isBytes);
  if (!isBytes)
    return parts.map(part => (typeof part === 'string' ? part : String.fromCodePoint(part))).join('');
  return Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))));
}

/** Text between escapes, and what `\x` and octal escapes say, as numbers. */
function partsOf(body: string, isBytes: boolean): (string | number)[] {
  const parts: (string | number)[] = [];
  for (let at = 0; at < body.length; ) {
    const slash = body.indexOf('\\', at);
    if (slash < 0) {
      parts.push(body.slice(at));
      break;
    }
    parts.push(body.slice(at, slash));
    const { part, length } = escapeAt(body.slice(slash + 1, slash + 10), isBytes);
    parts.push(part);
    at = slash + 1 + length;
  }
  return parts;
}

function escapeAt(rest: string, isBytes: boolean): { part: string | number; length: number } {
  const letter = rest[0] ?? '';
  const plain = Object.hasOwn(simple, letter) ? simple[letter] : undefined;
  if (plain !== undefined) return { part: plain, length: 1 };
  const [digits, base] = coded[letter] ?? (/[0-3]/.test(letter) ? [3, 8] : [0, 0]);
  if (digits === 0) throw new BadLiteral('unable to unescape string');
  const start = base === 8 ? 0 : 1;
  const code = rest.slice(start, start + digits);
  if (!(base === 8 ? /^[0-7]{3}$/ : /^[0-9a-fA-F]+$/).test(code) || code.length !== digits)
    throw new BadLiteral('unable to unescape string');
  const point = Number.parseInt(code, base);
  const length = start + digits;
  const isUnicode = letter === 'u' || letter === 'U';
  if (isUnicode && isBytes) throw new BadLiteral('unable to unescape string');
  if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
    throw new BadLiteral('invalid unicode code point');
  return { part: isBytes ? point : String.fromCodePoint(point), length };
}
