import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { tarEnd, tarFolder, tarHeader, tarPadding, tarSymlink } from '@millrace/tar';

/** What is at a path of a root file system. Everything belongs to root, and nothing has a time. */
export type Node =
  | { type: 'file'; content: Uint8Array; mode: number }
  | { type: 'folder'; mode: number }
  | { type: 'symlink'; target: string };

/** A part of a root file system, by paths without a slash before them. */
export type Tree = Map<string, Node>;

export interface Layer {
  /** What is in it, for people. */
  about: string;
  /** Of the archive before it was compressed. */
  diffId: string;
  digest: string;
  bytes: Buffer;
}

export const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** An OCI layer: equal trees are equal bytes. */
export function layerOf(about: string, tree: Tree): Layer {
  const whole = new Map(tree);
  for (const path of tree.keys())
    for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      const folder = path.slice(0, slash);
      if (!whole.has(folder)) whole.set(folder, { type: 'folder', mode: 0o755 });
    }
  const parts = [...whole].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([path, node]) => entry(path, node));
  const tar = Buffer.concat([...parts, ...tarEnd()]);
  const bytes = gzipSync(tar, { level: 9 });
  return { about, diffId: digestOf(tar), digest: digestOf(bytes), bytes };
}

function entry(path: string, node: Node): Uint8Array[] {
  if (node.type === 'folder') return tarFolder(`${path}/`, node.mode);
  if (node.type === 'symlink') return tarSymlink(path, node.target);
  const { content, mode } = node;
  return [...tarHeader({ name: path, mode, size: content.length }), content, tarPadding(content.length)];
}
