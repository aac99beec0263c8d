/** The attributes of a name, by their type in capitals. */
export type DistinguishedName = ReadonlyMap<string, string>;

/** Those that a name must have at least (Notary Project, specs/trust-store-trust-policy.md). */
const required = ['C', 'ST', 'O'];

/** A name as RFC 4514 writes it: `CN=…,O=…,ST=…,C=…`. Throws Error for what the Notary Project does not allow. */
export function parseDistinguishedName(text: string): DistinguishedName {
  const attributes = new Map<string, string>();
  for (const part of splitUnescaped(text)) {
    const equals = part.indexOf('=');
    const type = part.slice(0, Math.max(0, equals)).trim().toUpperCase();
    if (type === '') throw new Error('a distinguished name consists of TYPE=value, with commas between');
    add(attributes, type, unescaped(part.slice(equals + 1).trim()));
  }
  for (const type of required)
    if (!attributes.get(type))
      throw new Error(`the distinguished name has no ${type}: it has to have C, ST (or S) and O`);
  return attributes;
}

/** The subject of a certificate as Node tells it: a line for each attribute, with the same escapes. */
export function subjectName(subject: string): DistinguishedName {
  return parseDistinguishedName(subject.replaceAll('\n', ','));
}

/** Whether the other name has all attributes of the first. */
export function isPartOf(part: DistinguishedName, whole: DistinguishedName): boolean {
  return [...part].every(([type, value]) => whole.get(type) === value);
}

function add(attributes: Map<string, string>, written: string, value: string): void {
  const type = written === 'S' ? 'ST' : written;
  if (value.startsWith('#')) throw new Error('values in hexadecimal are not supported');
  if (attributes.has(type)) throw new Error(`the distinguished name has ${type} twice`);
  attributes.set(type, value);
}

function splitUnescaped(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '+') throw new Error('attributes of several values are not supported');
    else if (text[at] === ',' || at === text.length) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return start <= text.length ? [...parts, text.slice(start)] : parts;
}

/** `\,` is a comma, `\2C` too. */
function unescaped(text: string): string {
  const bytes: Buffer[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '\\') bytes.push(Buffer.from(String.fromCodePoint(text.codePointAt(at) ?? 0)));
    else if (/^[0-9A-Fa-f]{2}$/.test(text.slice(at + 1, at + 3))) {
      bytes.push(Buffer.from(text.slice(at + 1, at + 3), 'hex'));
      at += 2;
    } else bytes.push(Buffer.from(text[++at] ?? ''));
    if ((text.codePointAt(at) ?? 0) > 0xffff) at++;
  }
  return Buffer.concat(bytes).toString('utf8');
}
