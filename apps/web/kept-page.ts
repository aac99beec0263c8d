import { createHash, randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The page, and what it was made of. */
export interface BuiltPage {
  /** Texts, by the names of files. */
  files: Map<string, string>;
  /** SHA-256 in hexadecimal digits, by paths from the root of the checkout. */
  inputs: Map<string, string>;
}

/** In bytes; the page is a twentieth of it. */
export const mostKept = 4 << 20;
/** Below the root of a checkout: `npm ci` takes it away with everything else that it brought. */
const place = 'node_modules/.cache/millrace-page';

/**
 * The page that was kept in a checkout, where nothing that it was made of has changed since. Whoever can write there
 * could have the browsers of others run what they like: it counts only where no other user can.
 */
export async function keptPage(root: string): Promise<BuiltPage | undefined> {
  try {
    if (!isOnlyOurs(await lstat(join(root, place)))) return undefined;
    const page = readPage(await readOwn(join(root, place, 'page')));
    return page && (await isOf(page.inputs, root)) ? page : undefined;
  } catch {
    return undefined;
  }
}

/** Keep a page for the next who asks. Where that is not possible nothing is kept: a checkout may be read-only. */
export async function keepPage(root: string, page: BuiltPage): Promise<void> {
  const folder = join(root, place);
  const temporary = join(folder, `page.${randomBytes(6).toString('hex')}.tmp`);
  try {
    // The folder above is for others too.
    await mkdir(dirname(folder), { recursive: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (!isOnlyOurs(await lstat(folder))) return;
    await writeFile(temporary, writePage(page), { mode: 0o600, flag: 'wx' });
    await rename(temporary, join(folder, 'page'));
  } catch {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/** A page as one text: its digest in the first line, so that a part of it is nothing. */
export function writePage({ files, inputs }: BuiltPage): string {
  const text = JSON.stringify({ files: [...files], inputs: [...inputs] });
  return `${sha256(text)}\n${text}`;
}

/** What {@link writePage} has written; undefined: something else, or not all of it. */
export function readPage(written: string): BuiltPage | undefined {
  const [digest, text = ''] = written.split('\n', 2);
  if (digest !== sha256(text)) return undefined;
  const { files, inputs } = JSON.parse(text);
  return { files: new Map(files), inputs: new Map(inputs) };
}

/** In hexadecimal digits. */
export function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

async function readOwn(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const stats = await file.stat();
    return stats.isFile() && isOnlyOurs(stats) && stats.size <= mostKept ? await file.readFile('utf8') : '';
  } finally {
    await file.close();
  }
}

/** Nobody else reads or writes it. */
function isOnlyOurs({ uid, mode }: Stats): boolean {
  return uid === process.getuid?.() && (mode & 0o077) === 0;
}

async function isOf(inputs: BuiltPage['inputs'], root: string): Promise<boolean> {
  const fits = async ([path, digest]: [string, string]) =>
    sha256(await readFile(join(root, path))) === digest;
  return (await Promise.all([...inputs].map(fits))).every(Boolean);
}
