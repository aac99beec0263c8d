import { rmSync } from 'node:fs';
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'millrace-run-';
/** A socket: who lives answers there. */
const sign = 'alive';
/** In milliseconds: who has not begun to answer by then never will. */
const beginning = 60_000;

/**
 * Give this process a folder of its own for all its temporary files, which goes when it ends, and take away those of
 * processes that were killed: keys and archives lie there. Whether one lives is asked at a socket in its folder, and not
 * by its process id: neighbours in other containers may share the place. Where there can be no such folder, things stay
 * as they are.
 */
export async function ownTemporaryFolder(): Promise<void> {
  const place = tmpdir();
  try {
    await sweep(place);
    const folder = await mkdtemp(join(place, prefix));
    try {
      await answerIn(folder);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    process.env.TMPDIR = folder;
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  } catch {
    // It may be read-only, or have too long a path for a socket.
  }
}

async function answerIn(folder: string): Promise<void> {
  const server = createServer(socket => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(join(folder, sign), resolve);
  });
  server.unref();
}

async function sweep(place: string): Promise<void> {
  const names = (await readdir(place)).filter(name => name.startsWith(prefix));
  await Promise.all(
    names.map(async name => {
      const folder = join(place, name);
      if (await isLeft(folder)) await rm(folder, { recursive: true, force: true }).catch(() => {});
    }),
  );
}

async function isLeft(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  if (!found?.isDirectory()) return false;
  const why = await silence(join(folder, sign));
  if (why === 'ENOENT') return Date.now() - found.mtimeMs > beginning;
  return why === 'ECONNREFUSED';
}

/** Why nobody answers; undefined where somebody does. */
function silence(socket: string): Promise<string | undefined> {
  return new Promise(resolve => {
    const line = connect(socket, () => {
      line.destroy();
      resolve(undefined);
    });
    line.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
  });
}
