import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { compressArchive } from '@millrace/artifact';
import type { NewBlob } from '@millrace/oci';
import { type Gathering, gather } from './walk.ts';

/** The archive of a file or folder, in a file. */
export interface Layer extends NewBlob {
  file: string;
  /** The digest of what the archive unpacks to. */
  diffId: string;
  remove(): Promise<void>;
}

/** Throws CliError for a path that is not there. */
export async function makeLayer(path: string, options: Gathering): Promise<Layer> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-artifact-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  const file = join(folder, 'artifact.tgz');
  const hash = createHash('sha256');
  let size = 0;
  try {
    const counted = async function* () {
      for await (const chunk of compressArchive(gather(path, options))) {
        hash.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    };
    await pipeline(counted, createWriteStream(file, { mode: 0o600 }));
    const digest = `sha256:${hash.digest('hex')}`;
    return { file, digest, size, diffId: await diffIdOf(file), read: () => createReadStream(file), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function diffIdOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), createGunzip(), hash);
  return `sha256:${hash.digest('hex')}`;
}
