import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';

/** Layers as they come, and worse. `golden/layers.json` has what Flux makes of each. */
export interface LayerCase {
  name: string;
  /** What stands in the archive, in this order. */
  entries: (Partial<Header> & { name: string } & { content?: string })[];
  /** spec.ignore. */
  ignore?: string;
}

const file = (name: string, mode = 0o644, content = name) => ({ name, mode, content });
const folder = (name: string, mode = 0o755) => ({ name, mode, type: 'directory' as const });

export const layerCases: LayerCase[] = [
  { name: 'files', entries: [file('b.yaml'), file('a.yaml', 0o755), file('c/d.sh', 0o711)] },
  {
    name: 'as flux push writes it',
    entries: [folder('./'), folder('./app'), file('./app/a.yaml'), file('./a')],
  },
  {
    name: 'empty folders',
    entries: [folder('empty'), folder('a/b/c/'), file('a/x'), folder('a/b/d', 0o700)],
  },
  { name: 'a file twice', entries: [file('a', 0o644, 'one'), file('a', 0o755, 'second')] },
  {
    name: 'links',
    entries: [
      file('a'),
      { name: 'soft', type: 'symlink', linkname: '/etc/passwd' },
      { name: 'hard', type: 'link', linkname: 'a', mode: 0o644 },
    ],
  },
  {
    name: 'rules',
    entries: [
      file('.sourceignore', 0o644, '*.md\n/c/\n'),
      file('a.md'),
      file('c/a'),
      file('d/a'),
      folder('e'),
    ],
    ignore: 'd\n!a.md\n',
  },
  {
    name: 'what is left out by default',
    entries: [file('.git/config'), file('a.jpg'), file('.github/x'), file('b.yaml'), file('.flux.yaml')],
  },
  { name: 'order of a walk', entries: [file('a.txt'), file('a/b'), file('a-b'), file('A'), file('ä')] },
  { name: 'long names', entries: [file(`${'n'.repeat(120)}/${'m'.repeat(120)}`), file('ü'.repeat(90))] },
  { name: 'large files', entries: [file('a', 0o600, 'line\n'.repeat(40_000)), file('b', 0o600, '')] },
  { name: 'nothing', entries: [] },
];

export async function layerOf({ entries }: LayerCase): Promise<Uint8Array> {
  const archive = pack();
  for (const { content, ...header } of entries)
    archive.entry({ mtime: new Date(0), ...header }, content ?? '');
  archive.finalize();
  const parts = await Array.fromAsync(archive as AsyncIterable<Uint8Array>);
  return gzipSync(Buffer.concat(parts));
}
