import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-private-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A process that makes all that this room keeps on disk; the umask belongs to a process. */
const program = new URL('./testing/keep-everything.ts', import.meta.url).pathname;

test.each(['000', '022', '077'])(
  'with umask %s, everything that is kept is for its owner only',
  async umask => {
    const shell = `umask ${umask}; exec "$0" "$1" "$2"`;
    const child = spawn('sh', ['-c', shell, process.execPath, program, folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await new Promise(resolve => child.stdout.once('data', resolve));
    const open: string[] = [];
    const look = (path: string) => {
      if ((statSync(path).mode & 0o077) !== 0) open.push(path);
    };
    for (const top of ['repositories', 'cluster']) {
      look(join(folder, top));
      // A mount leads to what is somebody else's.
      for (const entry of readdirSync(join(folder, top), { recursive: true, withFileTypes: true }))
        if (!entry.isSymbolicLink() && !entry.parentPath.includes('/.mounts/'))
          look(join(entry.parentPath, entry.name));
    }
    expect(open).toEqual([]);
    const ended = new Promise(resolve => child.once('exit', resolve));
    child.stdin.write('end');
    await ended;
  },
);
