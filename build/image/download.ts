import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Milliseconds for a file. */
const patience = 10 * 60_000;

/** A file from the first place that has it. Throws with what the last one answered. */
export async function download(...urls: string[]): Promise<Buffer> {
  let problem: unknown;
  for (const url of urls) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(patience) });
      if (answer.ok) return Buffer.from(await answer.bytes());
      problem = new Error(`${url}: ${answer.status}`);
    } catch (cause) {
      problem = new Error(`${url} cannot be reached`, { cause });
    }
  }
  throw problem;
}

/** What a file must be: an algorithm and its digest, `sha512-<base64>` as npm writes it or `sha256:<hex>`. */
export function requireDigest(bytes: Buffer, digest: string, name: string): void {
  const [, algorithm = '', mark, wanted] = /^(sha256|sha512)([-:])(.+)$/.exec(digest) ?? [];
  const found = createHash(algorithm)
    .update(bytes)
    .digest(mark === '-' ? 'base64' : 'hex');
  if (found !== wanted) throw new Error(`${name} is not what the lock file says: its digest is another`);
}

/** The same file once more costs no request: a folder keeps what was downloaded, and what is in it is not believed. */
export async function fetchLocked(folder: string, digest: string, urls: string[]): Promise<Buffer> {
  const name = urls[0]!.slice(urls[0]!.lastIndexOf('/') + 1);
  const place = join(folder, name);
  const kept = await readFile(place).catch(() => undefined);
  if (kept) {
    try {
      requireDigest(kept, digest, name);
      return kept;
    } catch {} // cut short, or another file of this name
  }
  const bytes = await download(...urls);
  requireDigest(bytes, digest, name);
  await mkdir(folder, { recursive: true });
  await writeFile(`${place}.part`, bytes);
  await rename(`${place}.part`, place);
  return bytes;
}
