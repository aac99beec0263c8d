import { type Algorithm, hashBy, type Limits } from '@millrace/artifact';
import type { ObjectEntry } from '@millrace/bucket';

/** The objects of a bucket that make its artifact, by key. */
export type Index = ReadonlyMap<string, ObjectEntry>;

/** A key is none that a file can have, or two are one file. */
export class KeyRefused extends Error {
  override readonly name = 'KeyRefused';
  readonly key: string;

  constructor(key: string, problem: string) {
    super(`${problem}: rename it, or leave it out with spec.ignore`);
    this.key = key.length > 200 ? `${key.slice(0, 200)}...` : key;
  }
}

/**
 * What stands for the whole content (source-controller, internal/index): the digest of all keys with their etags, a
 * line each, in the order of their bytes.
 */
export function revisionOf(
  index: Iterable<readonly [string, { etag: string }]>,
  algorithm: Algorithm,
): string {
  const lines = [...index].map(([key, { etag }]) => ({ key: Buffer.from(key), etag }));
  lines.sort((a, b) => Buffer.compare(a.key, b.key));
  const hash = hashBy(algorithm);
  for (const { key, etag } of lines) hash.update(Buffer.concat([key, Buffer.from(` ${etag}\n`)]));
  return `${algorithm}:${hash.digest()}`;
}

/** Longest name of a file on a disk, in bytes. */
const longestName = 255;

/**
 * The paths of keys in an artifact: as in a root that one cannot leave, `..` leads nowhere. Throws KeyRefused for what
 * no disk or archive can hold.
 */
export function pathsOf(keys: Iterable<string>, limits: Pick<Limits, 'path' | 'depth'>): Map<string, string> {
  const paths = new Map<string, string>();
  const owners = new Map<string, string>();
  const folders = new Map<string, string>();
  for (const key of keys) {
    const path = pathOf(key, limits);
    const other = owners.get(path);
    if (other !== undefined) throw new KeyRefused(key, `it is the same file as '${other.slice(0, 200)}'`);
    owners.set(path, key);
    paths.set(key, path);
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const folder = path.slice(0, slash);
      if (folders.has(folder)) break;
      folders.set(folder, key);
    }
  }
  for (const [path, key] of owners) {
    const below = folders.get(path);
    if (below !== undefined)
      throw new KeyRefused(key, `it is a file, and a folder for '${below.slice(0, 200)}'`);
  }
  return paths;
}

function pathOf(key: string, { path: longest, depth }: Pick<Limits, 'path' | 'depth'>): string {
  if (Buffer.byteLength(key) > longest) throw new KeyRefused(key, `its name has more than ${longest} bytes`);
  // Whoever unpacks artifacts refuses them, and the message is better here than there.
  if (/[\\\0]/.test(key)) throw new KeyRefused(key, 'its name has a backslash or a zero');
  const parts: string[] = [];
  for (const part of key.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  if (parts.length === 0) throw new KeyRefused(key, 'its name is none of a file');
  if (parts.length > depth) throw new KeyRefused(key, `it is more than ${depth} folders deep`);
  if (parts.some(part => Buffer.byteLength(part) > longestName))
    throw new KeyRefused(key, `a part of its name has more than ${longestName} bytes`);
  return parts.join('/');
}
