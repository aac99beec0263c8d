import { type FileTree, inOrderOfWalk, piecesOf } from '@millrace/artifact/files';
import type { ArchiveBytes } from '@millrace/tar';

/** A file, wherever its bytes are. */
export interface Content {
  size: number;
  executable: boolean;
  chunks(): Iterable<Uint8Array>;
  /** Adler-32 of the bytes, which is looked at once. */
  checksum?: number;
}

/** The files of an unpacked source, and all its folders. */
export interface SourceTree {
  files: ReadonlyMap<string, Content>;
  folders: ReadonlySet<string>;
  /** Both, in the order of a walk: what lies in a folder comes right after it. */
  walk: readonly string[];
  /** Where in the walk each of them is. */
  places: ReadonlyMap<string, number>;
}

export function contentsOf({ files, folders }: FileTree, archive: ArchiveBytes): SourceTree {
  const contents = new Map<string, Content>();
  const all = new Set<string>();
  const add = (path: string) => {
    for (let at = path; at !== '' && !all.has(at); at = at.slice(0, Math.max(0, at.lastIndexOf('/'))))
      all.add(at);
  };
  for (const folder of folders) add(folder);
  for (const [path, { offset, size, executable }] of files) {
    contents.set(path, { size, executable, chunks: () => piecesOf(archive, offset, size) });
    add(path.slice(0, Math.max(0, path.lastIndexOf('/'))));
  }
  const walk = inOrderOfWalk([...all, ...contents.keys()].map(path => ({ path }))).map(({ path }) => path);
  const places = new Map(walk.map((path, i) => [path, i]));
  return { files: contents, folders: all, walk, places };
}

/** The bytes of a file whole. */
export function bytesOf({ chunks }: Content): Buffer {
  return Buffer.concat([...chunks()]);
}
