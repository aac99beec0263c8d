import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { ArtifactError, defaultLimits, type Limits } from './limits.ts';

/** Files by path. */
export type Files = Record<string, Uint8Array>;

/**
 * Read the files of a `.tar.gz`. Links inside the archive are followed, as a checkout on disk would follow them.
 * Throws ArtifactError for paths and links that climb out, for what is neither file, folder nor link, and for what
 * passes a limit.
 */
export async function unpackArchive(bytes: Uint8Array, limits: Limits = defaultLimits): Promise<Files> {
  const files: Files = Object.create(null);
  const links = new Map<string, string>();
  let total = 0;
  let entries = 0;
  const tar = extract();
  const read = async () => {
    for await (const entry of tar) {
      const { name, type, linkname } = entry.header;
      if (++entries > limits.entries)
        throw new ArtifactError(`the archive holds more than ${limits.entries} entries`);
      const path = safePath(name);
      if (type === 'symlink' || type === 'link') {
        links.set(path, linkTarget(path, linkname ?? '', type));
      } else if (type === 'file' || type === 'contiguous-file') {
        const chunks: Uint8Array[] = [];
        for await (const chunk of entry as AsyncIterable<Uint8Array>) {
          total += chunk.byteLength;
          if (total > limits.total)
            throw new ArtifactError(`the archive unpacks to more than ${limits.total} bytes`);
          chunks.push(chunk);
        }
        files[path] = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      } else if (type !== 'directory' && !String(type).startsWith('pax')) {
        throw new ArtifactError(
          `the archive entry "${name}" is a ${type}: only files, folders and links are allowed`,
        );
      }
      entry.resume();
    }
  };
  try {
    await Promise.all([pipeline(Readable.from([bytes]), createGunzip(), tar), read()]);
  } catch (cause) {
    if (cause instanceof ArtifactError) throw cause;
    throw new ArtifactError(`the archive cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
  follow(files, links);
  return files;
}

/** `a/./b/` is `a/b`; whatever would leave the folder, or name no place in it, is refused. */
function safePath(name: string): string {
  const parts = name.split('/').filter(part => part !== '' && part !== '.');
  if (name.startsWith('/') || name.includes('\\') || name.includes('\0') || parts.includes('..')) {
    throw new ArtifactError(`the archive entry "${name}" climbs out of its folder`);
  }
  return parts.join('/');
}

/** Where a link points, from the root of the archive. */
function linkTarget(path: string, target: string, type: 'symlink' | 'link'): string {
  const start = type === 'link' ? [] : path.split('/').slice(0, -1);
  if (target.startsWith('/'))
    throw new ArtifactError(`the link "${path}" points out of the archive, to "${target}"`);
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') start.push(part);
    else if (start.pop() === undefined)
      throw new ArtifactError(`the link "${path}" points out of the archive, to "${target}"`);
  }
  return start.join('/');
}

/** Give each link the content of what it points at: a file, or every file of a folder. Links to nothing are left out. */
function follow(files: Files, links: Map<string, string>): void {
  const paths = Object.keys(files);
  for (const [link, first] of links) {
    let target = first;
    for (let hops = 0; links.has(target) && hops < links.size; hops++) target = links.get(target)!;
    const content = files[target];
    if (content) files[link] = content;
    else if (target !== '') {
      const inside = `${target}/`;
      for (const path of paths)
        if (path.startsWith(inside)) files[`${link}/${path.slice(inside.length)}`] = files[path]!;
    }
  }
}
