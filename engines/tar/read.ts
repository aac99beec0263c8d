import { blockSize, checksum, type Field, fields, padded } from './header.ts';

/** The bytes are no tar archive, or not a whole one. */
export class TarError extends Error {
  override readonly name = 'TarError';
}

export type EntryType = 'file' | 'folder' | 'symlink' | 'link' | 'other';

export interface EntryHeader {
  /** As it is written in the archive: it may climb out of any folder. */
  name: string;
  type: EntryType;
  mode: number;
  /** Seconds since 1970. */
  mtime: number;
  /** The target of a link, as it is written. */
  link: string;
  /** Where the bytes of a file are in the archive. */
  offset: number;
  size: number;
}

export interface Entry extends Omit<EntryHeader, 'offset' | 'size'> {
  /** The bytes of a file: a view of the archive, not a copy. */
  content: Uint8Array;
}

/** The bytes of an archive, in memory or not. */
export interface ArchiveBytes {
  readonly length: number;
  /** Fewer bytes where the archive ends before. */
  subarray(start: number, end: number): Uint8Array;
}

/** Bytes that a header about another header may have, as Go's archive/tar takes them, and how many may follow each other. */
const extensionLimits = { size: 1024 * 1024, count: 100 };

/**
 * The entries of a tar archive, in its order: ustar, GNU and pax headers, which are resolved and not returned.
 * The archive ends with two empty blocks or with its last byte, as Go's archive/tar takes it.
 * @throws TarError for a broken header and for an archive that ends too early.
 */
export function* readTar(archive: Uint8Array): Generator<Entry> {
  for (const { offset, size, ...entry } of readTarHeaders(archive))
    yield { ...entry, content: archive.subarray(offset, offset + size) };
}

/** The same without the bytes of the files, which nobody reads. */
export function* readTarHeaders(archive: ArchiveBytes): Generator<EntryHeader> {
  let overrides = new Map<string, string>();
  let extensions = 0;
  for (let at = 0; at < archive.length; ) {
    const header = archive.subarray(at, at + blockSize);
    if (header.length < blockSize) throw new TarError('unexpected EOF: the archive ends inside a header');
    if (isEmpty(header)) return requireEnd(archive, at + blockSize);
    verify(header, at);
    const type = String.fromCharCode(header[fields.type[0]]!);
    const size = sizeOf(header, type, overrides);
    const offset = at + blockSize;
    if (size > archive.length - offset) throw new TarError('unexpected EOF: the archive ends inside a file');
    at = offset + padded(size);
    if (isExtension(type)) {
      if (size > extensionLimits.size)
        throw new TarError(`invalid tar header: it has ${size} bytes of extensions`);
      if (++extensions > extensionLimits.count)
        throw new TarError(
          `invalid tar header: more than ${extensionLimits.count} extensions before an entry`,
        );
      extend(overrides, type, archive.subarray(offset, offset + size));
    } else if (type !== 'g') {
      yield { ...entryOf(header, type, overrides), offset, size };
      overrides = new Map();
      extensions = 0;
    }
  }
}

/** Headers that say something of the entry after them. */
function isExtension(type: string): boolean {
  return type === 'x' || type === 'L' || type === 'K';
}

function extend(overrides: Map<string, string>, type: string, content: Uint8Array): void {
  if (type !== 'x') overrides.set(type === 'L' ? 'path' : 'linkpath', textOf(content));
  else for (const [key, value] of paxRecords(content)) if (known.has(key)) overrides.set(key, value);
}

/** The pax records that matter here; others are not kept. */
const known = new Set(['path', 'linkpath', 'size', 'mtime']);

function entryOf(
  header: Uint8Array,
  flag: string,
  overrides: Map<string, string>,
): Omit<EntryHeader, 'offset' | 'size'> {
  const name = overrides.get('path') ?? nameOf(header);
  return {
    name,
    type: typeOf(flag, name),
    mode: number(header, fields.mode),
    mtime: Number(overrides.get('mtime') ?? number(header, fields.mtime)),
    link: overrides.get('linkpath') ?? text(header, fields.link),
  };
}

function typeOf(flag: string, name: string): EntryType {
  switch (flag) {
    case '\0':
      return name.endsWith('/') ? 'folder' : 'file';
    case '0':
    case '7':
      return 'file';
    case '1':
      return 'link';
    case '2':
      return 'symlink';
    case '5':
      return 'folder';
    case 'S':
      throw new TarError(`the entry "${name}" is sparse, which is not supported`);
    default:
      return 'other';
  }
}

/** Only files and extensions have bytes behind their header, whatever the size field of the others says. */
function sizeOf(header: Uint8Array, type: string, overrides: Map<string, string>): number {
  if ('123456'.includes(type)) return 0;
  const written = overrides.get('size');
  const size = written === undefined || isExtension(type) ? number(header, fields.size) : Number(written);
  if (!Number.isSafeInteger(size) || size < 0) throw new TarError('invalid tar header: bad size');
  return size;
}

function nameOf(header: Uint8Array): string {
  const name = text(header, fields.name);
  const magic = text(header, fields.magic);
  // GNU's own magic has blanks here, and other fields in the place of the prefix.
  const prefix = magic.startsWith('ustar') && !magic.includes(' ') ? text(header, fields.prefix) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** pax: lines of `LENGTH KEY=VALUE`, the length counting itself. */
function paxRecords(content: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < content.length; ) {
    const blank = content.indexOf(0x20, at);
    const length = blank < 0 ? Number.NaN : Number(textOf(content.subarray(at, blank)));
    const record = textOf(content.subarray(blank + 1, at + length));
    const equals = record.indexOf('=');
    if (!(length > 0) || at + length > content.length || equals < 1 || !record.endsWith('\n')) {
      throw new TarError('invalid tar header: a broken pax record');
    }
    records.set(record.slice(0, equals), record.slice(equals + 1, -1));
    at += length;
  }
  return records;
}

function verify(header: Uint8Array, at: number): void {
  if (checksum(header) !== number(header, fields.checksum)) {
    throw new TarError(`invalid tar header: its checksum does not match (at byte ${at})`);
  }
}

function isEmpty(block: Uint8Array): boolean {
  return block.every(byte => byte === 0);
}

function requireEnd(archive: ArchiveBytes, at: number): void {
  if (!isEmpty(archive.subarray(at, at + blockSize))) {
    throw new TarError('invalid tar header: an empty block is not followed by another');
  }
}

/** Octal digits; or, where the first bit is set, the bytes of a number (GNU). */
function number(header: Uint8Array, [start, length]: Field): number {
  if (header[start]! & 0x80) {
    let value = header[start]! & 0x7f;
    for (let at = start + 1; at < start + length; at++) value = value * 256 + header[at]!;
    return value;
  }
  const digits = text(header, [start, length]).trim();
  if (!/^[0-7]*$/.test(digits)) throw new TarError('invalid tar header: a number is not octal');
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function text(header: Uint8Array, [start, length]: Field): string {
  return textOf(header.subarray(start, start + length));
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Up to the first zero byte. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}
