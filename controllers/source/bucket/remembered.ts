import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact, Bucket } from '@millrace/api';
import { algorithmOf } from '@millrace/artifact';
import type { Json } from '@millrace/json';
import { revisionOf } from './keys.ts';

/** Where the files of a bucket are; names of objects are names of folders. */
export function folderOf(root: string, { metadata }: Bucket): string {
  return join(root, metadata.namespace ?? '', metadata.name);
}

/**
 * The etags of what is in an artifact, by key; none where they are not known. The file is believed for as long as it
 * comes to the artifact's revision, so that it may be gone, cut or changed.
 */
export async function etagsOf(folder: string, { revision }: Artifact): Promise<ReadonlyMap<string, string>> {
  try {
    const saved: Json = JSON.parse(await readFile(join(folder, 'etags.json'), 'utf8'));
    const etags = new Map<string, string>();
    for (const pair of Array.isArray(saved) ? saved : []) {
      const [key, etag] = Array.isArray(pair) ? pair : [];
      if (typeof key === 'string' && typeof etag === 'string') etags.set(key, etag);
    }
    const algorithm = algorithmOf(revision);
    const entries = [...etags].map(([key, etag]) => [key, { etag }] as const);
    return algorithm && revisionOf(entries, algorithm) === revision ? etags : new Map();
  } catch {
    return new Map();
  }
}

export async function rememberEtags(folder: string, etags: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, 'etags.json.tmp');
  await writeFile(temporary, JSON.stringify([...etags]), { mode: 0o600 });
  await rename(temporary, join(folder, 'etags.json'));
}

/** An empty folder, for as long as it is used. */
export async function withScratch<T>(folder: string, use: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = join(folder, 'objects');
  try {
    await rm(scratch, { recursive: true, force: true });
    await mkdir(scratch, { recursive: true, mode: 0o700 });
    return await use(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
