import { blockSize, checksum, type Field, fields, padded } from './header.ts';

export interface NewEntry {
  /** With `/` between its parts. */
  name: string;
  content: Uint8Array;
  /** 0o644 unless told. */
  mode?: number;
  /** Seconds since 1970; 0 unless told. */
  mtime?: number;
}

const encoder = new TextEncoder();

/** A tar archive of files, as Go's archive/tar writes it: ustar, with a pax header before a name that it cannot hold. */
export function writeTar(entries: Iterable<NewEntry>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { content, ...entry } of entries)
    parts.push(...tarHeader({ ...entry, size: content.length }), content, tarPadding(content.length));
  parts.push(...tarEnd());
  return concat(parts);
}

/** What stands before the bytes of a file, in the pieces that Go writes, for archives that are written piece by piece. */
export function tarHeader(entry: Omit<NewEntry, 'content'> & { size: number }): Uint8Array[] {
  return headers({ mode: 0o644, mtime: 0, ...entry, type: '0' });
}

/** A folder. Nothing stands behind it. */
export function tarFolder(name: string, mode: number): Uint8Array[] {
  return headers({ name, mode, mtime: 0, size: 0, type: '5' });
}

/** A symbolic link. Nothing stands behind it. Throws a RangeError for a target that is longer than ustar can hold. */
export function tarSymlink(name: string, target: string): Uint8Array[] {
  if (encoder.encode(target).length > fields.link[1]) throw new RangeError(`${name}: its target is too long`);
  return headers({ name, mode: 0o777, mtime: 0, size: 0, type: '2', link: target });
}

/** What stands behind the bytes of a file. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array(padded(size) - size);
}

/** What stands behind the last file. */
export function tarEnd(): Uint8Array[] {
  return [new Uint8Array(blockSize), new Uint8Array(blockSize)];
}

interface Header {
  name: string;
  mode: number;
  mtime: number;
  size: number;
  type: string;
  link?: string;
}

function headers(entry: Header): Uint8Array[] {
  const split = splitName(entry.name);
  if (split !== undefined) return [header(entry, split)];
  const record = paxRecord('path', entry.name);
  const extension = { name: '', mode: 0, mtime: 0, size: record.length, type: 'x' };
  return [
    header(extension, [paxName(entry.name), '']),
    record,
    tarPadding(record.length),
    header(entry, [shortened(entry.name), '']),
  ];
}

/** Name and prefix; undefined for what does not fit or is not ASCII. */
function splitName(name: string): [name: string, prefix: string] | undefined {
  if (!/^[\x01-\x7f]*$/.test(name)) return undefined;
  if (name.length <= fields.name[1]) return [name, ''];
  const slash = name.lastIndexOf('/', fields.prefix[1]);
  const rest = name.slice(slash + 1);
  return slash > 0 && rest !== '' && rest.length <= fields.name[1] ? [rest, name.slice(0, slash)] : undefined;
}

/** The name that Go gives to a pax header: `PaxHeaders.0` put before the last part, and no slash at the end. */
function paxName(name: string): string {
  const slash = name.lastIndexOf('/') + 1;
  const all = inAscii(`${name.slice(0, slash)}PaxHeaders.0/${name.slice(slash)}`);
  return all.slice(0, fields.name[1]).replace(/(?<!\/)\/+$/, '');
}

/** What a reader that knows no pax sees: ASCII, and as much as fits; what is cut behind a slash ends before it, as in Go. */
function shortened(name: string): string {
  const all = inAscii(name);
  const cut = all.slice(0, fields.name[1]);
  if (all.length === cut.length || !cut.endsWith('/')) return cut;
  const end = cut.replace(/(?<!\/)\/+$/, '').length;
  return `${cut.slice(0, end)}\0${cut.slice(end + 1)}`;
}

const inAscii = (name: string) => name.replaceAll(/[^\x01-\x7f]/gu, '');

function header(
  { mode, mtime, size, type, link = '' }: Header,
  [name, prefix]: [string, string],
): Uint8Array {
  const block = new Uint8Array(blockSize);
  const put = (text: string, [start]: Field) => block.set(encoder.encode(text), start);
  const octal = (value: number, field: Field) =>
    put(
      Math.trunc(value)
        .toString(8)
        .padStart(field[1] - 1, '0'),
      field,
    );
  put(name, fields.name);
  octal(mode, fields.mode);
  octal(0, fields.uid);
  octal(0, fields.gid);
  octal(size, fields.size);
  octal(mtime, fields.mtime);
  put(type, fields.type);
  put(link, fields.link);
  put('ustar\x0000', fields.magic);
  // Go fills them for every entry, devices or not, and leaves them empty before a pax record.
  if (type !== 'x') {
    octal(0, fields.major);
    octal(0, fields.minor);
  }
  put(prefix, fields.prefix);
  put(`${checksum(block).toString(8).padStart(6, '0')}\0 `, fields.checksum);
  return block;
}

/** The length at the start of a record counts its own digits. */
function paxRecord(key: string, value: string): Uint8Array {
  const body = encoder.encode(` ${key}=${value}\n`);
  let length = body.length + 1;
  while (String(length).length + body.length !== length) length++;
  return concat([encoder.encode(String(length)), body]);
}

function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
