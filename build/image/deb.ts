import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { type Entry, readTar } from '@millrace/tar';
import xz from 'xz-decompress';
import { ArchiveError, readAr } from './ar.ts';

/** A package of Debian. */
export interface Deb {
  /** What it says of itself: the file `control`. */
  control: string;
  /** What it installs, by paths without a slash before them. */
  entries: Entry[];
}

/** Open a .deb. Throws ArchiveError, TarError. */
export async function openDeb(bytes: Buffer): Promise<Deb> {
  const members = readAr(bytes);
  const about = await tarOf(members, 'control');
  const control = about.find(({ name }) => name === 'control');
  if (!control) throw new ArchiveError('the package has no control file');
  return { control: Buffer.from(control.content).toString('utf8'), entries: await tarOf(members, 'data') };
}

async function tarOf(members: Map<string, Buffer>, name: string): Promise<Entry[]> {
  for (const [member, bytes] of members) {
    if (!member.startsWith(`${name}.tar`)) continue;
    const tar = await decompressed(bytes, member.slice(name.length));
    return [...readTar(tar)].map(entry => ({ ...entry, name: pathOf(entry.name) }));
  }
  throw new ArchiveError(`the package has no ${name}.tar`);
}

/** `./usr/bin/` is usr/bin. */
function pathOf(name: string): string {
  const parts = name.split('/').filter(part => part !== '' && part !== '.');
  return parts.join('/');
}

async function decompressed(bytes: Buffer, ending: string): Promise<Uint8Array> {
  if (ending === '.tar') return bytes;
  if (ending === '.tar.gz') return gunzipSync(bytes);
  if (ending === '.tar.zst') return zstdDecompressSync(bytes);
  if (ending !== '.tar.xz') throw new ArchiveError(`packages are not compressed as ${ending} says`);
  return new Response(new xz.XzReadableStream(new Blob([bytes]).stream())).bytes();
}
