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

/** A tar archive of files: ustar, with a pax header before a name that ustar cannot hold. */
export function writeTar(entries: Iterable<NewEntry>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { content, ...entry } of entries)
    parts.push(tarHeader({ ...entry, size: content.length }), ...blocks(content));
  parts.push(tarEnd());
  return concat(parts);
}

/** What stands before the bytes of a file, for archives that are written piece by piece. */
export function tarHeader(entry: Omit<NewEntry, 'content'> & { size: number }): Uint8Array {
  const split = splitName(entry.name);
  if (split !== undefined) return header({ ...entry, type: '0' }, split);
  const record = paxRecord('path', entry.name);
  const extension = header({ ...entry, size: record.length, type: 'x' }, ['pax', '']);
  return concat([extension, ...blocks(record), header({ ...entry, type: '0' }, ['pax', ''])]);
}

/** What stands behind the bytes of a file. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array(padded(size) - size);
}

/** What stands behind the last file. */
export function tarEnd(): Uint8Array {
  return new Uint8Array(2 * blockSize);
}

/** Name and prefix; undefined for what does not fit or is not ASCII. */
function splitName(name: string): [name: string, prefix: string] | undefined {
  if (!/^[\x20-\x7e]*$/.test(name)) return undefined;
  if (name.length <= fields.name[1]) return [name, ''];
  const slash = name.lastIndexOf('/', fields.prefix[1]);
  const rest = name.slice(slash + 1);
  return slash > 0 && rest !== '' && rest.length <= fields.name[1] ? [rest, name.slice(0, slash)] : undefined;
}

function header(
  { mode = 0o644, mtime = 0, size, type }: { mode?: number; mtime?: number; size: number; type: string },
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
  put('ustar\x0000', fields.magic);
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

function* blocks(content: Uint8Array): Generator<Uint8Array> {
  yield content;
  yield tarPadding(content.length);
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
