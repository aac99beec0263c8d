import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readTar } from '@millrace/tar';
import { CliError } from '../cli-error.ts';
import { httpGet } from '../http-get.ts';
import type { Resolved } from './catalog.ts';
import { pluginFolder } from './folder.ts';
import type { PluginManifest } from './manifest.ts';
import { writeReceipt } from './receipt.ts';

const megabyte = 1024 * 1024;
/** Five minutes as in Flux; a program larger than that is none. */
const limits = { patience: 5 * 60_000, size: 512 * megabyte };

/**
 * Fetch a plugin, check it and put it where it is found. What was there before stays until the new one is whole.
 * Throws CliError.
 */
export async function installPlugin(
  manifest: PluginManifest,
  { version, platform }: Resolved,
): Promise<void> {
  const { body } = await httpGet(platform.url, limits).catch(cause => {
    throw new CliError(`failed to download plugin: ${cause.message}`, { cause });
  });
  const checksum = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  if (checksum !== platform.checksum)
    throw new CliError(`checksum verification failed (expected: ${platform.checksum}, got: ${checksum})`);
  const program = await programIn(body, platform.url, platform.extractPath ?? manifest.bin);
  await put(program, manifest.bin);
  const installedAt = new Date().toISOString().replace(/\.\d+/, '');
  await writeReceipt({ name: manifest.name, version, installedAt, platform });
}

async function put(program: Uint8Array, bin: string): Promise<void> {
  const folder = pluginFolder();
  // A folder that the user has named is the user's to make, as in Flux.
  if (!process.env.FLUXCD_PLUGINS) await mkdir(folder, { recursive: true });
  const path = join(folder, bin);
  const unfinished = join(folder, `.${bin}.${process.pid}`);
  try {
    await writeFile(unfinished, program, { mode: 0o755, flag: 'wx' });
    await rename(unfinished, path);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw new CliError(`failed to create ${path}: ${(cause as Error).message}`, { cause });
  }
}

/**
 * The program out of what was fetched: an archive by the ending of its URL or by its first bytes, or else the program itself.
 * @param wanted a path in the archive, or the name of a file anywhere in it
 */
async function programIn(fetched: Buffer, url: string, wanted: string): Promise<Uint8Array> {
  const format = formatOf(fetched, url.toLowerCase());
  if (format === 'program') return fetched;
  const isWanted = (path: string) =>
    isWithin(path) && (wanted.includes('/') ? path === wanted : basename(path) === wanted);
  try {
    const found =
      format === 'zip' ? await fromZip(fetched, isWanted) : fromTar(fetched, format === 'tar.gz', isWanted);
    if (found) return found;
  } catch (cause) {
    throw new CliError(`failed to read ${format}: ${(cause as Error).message}`, { cause });
  }
  throw new CliError(`binary ${JSON.stringify(wanted)} not found in archive`);
}

const isWithin = (path: string) => !path.startsWith('/') && !path.split('/').includes('..');

function formatOf(bytes: Buffer, url: string): 'zip' | 'tar.gz' | 'tar' | 'program' {
  if (url.endsWith('.zip')) return 'zip';
  if (url.endsWith('.tar.gz') || url.endsWith('.tgz')) return 'tar.gz';
  if (url.endsWith('.tar')) return 'tar';
  if (/^PK[\x03\x05\x07]/.test(bytes.toString('latin1', 0, 3))) return 'zip';
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'tar.gz';
  return bytes.toString('latin1', 257, 262) === 'ustar' ? 'tar' : 'program';
}

function fromTar(
  bytes: Buffer,
  isPacked: boolean,
  isWanted: (path: string) => boolean,
): Uint8Array | undefined {
  const archive = isPacked ? gunzipSync(bytes, { maxOutputLength: limits.size }) : bytes;
  for (const entry of readTar(archive))
    if (entry.type === 'file' && isWanted(entry.name)) return entry.content;
  return undefined;
}

async function fromZip(bytes: Buffer, isWanted: (path: string) => boolean): Promise<Uint8Array | undefined> {
  const { unzipSync } = await import('fflate');
  let isFound = false;
  const files = unzipSync(bytes, {
    filter({ name, originalSize }) {
      if (isFound || !isWanted(name)) return false;
      if (originalSize > limits.size) throw new RangeError(`${name} is longer than ${limits.size} bytes`);
      isFound = true;
      return true;
    },
  });
  return Object.values(files)[0];
}
