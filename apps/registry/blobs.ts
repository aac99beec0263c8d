import { readdirSync, rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Algorithm, type Digest, digestIn } from './digest.ts';
import { flushFolder, privateFolder } from './disk.ts';
import type { Ledger } from './ledger.ts';

/** A blob to read from. Who has it closes it. */
export interface OpenBlob {
  readonly file: FileHandle;
  readonly size: number;
}

/** The bytes of blobs, each in a file that is called by its digest, whatever repositories have it. */
export interface Blobs {
  /** Undefined where the repository has none, or where the disk has lost it. */
  open(repository: string, digest: Digest): Promise<OpenBlob | undefined>;
  /** Take a file in that holds what the digest says; it moves away from where it is. */
  adopt(repository: string, digest: Digest, path: string): Promise<void>;
  /** Give a repository what another one has, or any of them. Returns whether one has it. */
  mount(repository: string, digest: Digest, from: string | undefined): Promise<boolean>;
  remove(repository: string, digest: Digest): boolean;
}

const algorithms: Algorithm[] = ['sha256', 'sha512'];

export async function openBlobs(root: string, ledger: Ledger): Promise<Blobs> {
  await privateFolder(root);
  const pathOf = ({ algorithm, hex }: Digest) => join(root, algorithm, hex.slice(0, 2), hex);
  sweep(root, new Set(ledger.blobs()));
  /** On their way in: nobody must take the file away before the ledger has it. */
  const arriving = new Map<string, number>();

  return {
    async open(repository, digest) {
      if (!ledger.hasBlob(repository, digest.text)) return undefined;
      const file = await open(pathOf(digest)).catch(() => undefined);
      return file && { file, size: (await file.stat()).size };
    },
    async adopt(repository, digest, path) {
      const place = pathOf(digest);
      arriving.set(digest.text, (arriving.get(digest.text) ?? 0) + 1);
      try {
        const folder = dirname(place);
        const made = await mkdir(folder, { recursive: true, mode: 0o700 });
        // In the place of one that is there already, which may be damaged.
        await rename(path, place);
        const above = made === undefined ? [] : [dirname(folder), root];
        for (const one of [folder, ...above]) await flushFolder(one);
        ledger.addBlob(repository, digest.text);
      } finally {
        const others = (arriving.get(digest.text) ?? 1) - 1;
        if (others > 0) arriving.set(digest.text, others);
        else arriving.delete(digest.text);
      }
    },
    async mount(repository, digest, from) {
      const isThere = from === undefined ? ledger.knowsBlob(digest.text) : ledger.hasBlob(from, digest.text);
      if (!isThere) return false;
      const file = await open(pathOf(digest)).catch(() => undefined);
      await file?.close();
      // It may have been deleted meanwhile.
      if (!file || !ledger.knowsBlob(digest.text)) return false;
      ledger.addBlob(repository, digest.text);
      return true;
    },
    remove(repository, digest) {
      if (!ledger.removeBlob(repository, digest.text)) return false;
      if (!ledger.knowsBlob(digest.text) && !arriving.has(digest.text))
        rmSync(pathOf(digest), { force: true });
      return true;
    },
  };
}

/** Files that no repository has: a process was killed before it could say so, or take them away. */
function sweep(root: string, known: ReadonlySet<string>): void {
  for (const algorithm of algorithms)
    for (const start of namesIn(join(root, algorithm)))
      for (const hex of namesIn(join(root, algorithm, start))) {
        const digest = digestIn(`${algorithm}:${hex}`);
        if (digest && !known.has(digest.text)) rmSync(join(root, algorithm, start, hex), { force: true });
      }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
