import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { git } from '@millrace/git';

/** Somebody's clone of a fleet, from which they push. */
export interface Clone {
  path: string;
  /** Write files (`undefined` removes one), commit and push. Returns the commit. */
  push(message: string, files: Record<string, string | undefined>): Promise<string>;
}

const author: [string, string][] = [
  ['user.name', 'A user'],
  ['user.email', 'user@example.com'],
  ['commit.gpgSign', 'false'],
  ['init.defaultBranch', 'main'],
];

export async function cloneOf(url: string): Promise<Clone> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-e2e-clone-'));
  const run = async (...args: string[]) => {
    const signal = AbortSignal.timeout(20_000);
    const output = await git({
      args: ['-C', path, ...args],
      what: args[0]!,
      settings: author,
      signal,
    });
    return output.toString('utf8').trim();
  };
  await run('clone', '--quiet', url, '.');
  await run('checkout', '--quiet', '-B', 'main');
  return {
    path,
    async push(message, files) {
      for (const [name, content] of Object.entries(files)) {
        const file = join(path, name);
        await mkdir(dirname(file), { recursive: true });
        if (content === undefined) await rm(file, { recursive: true });
        else await writeFile(file, content);
      }
      await run('add', '--all');
      await run('commit', '--quiet', '--allow-empty', '--message', message);
      await run('push', '--quiet', 'origin', 'main');
      return run('rev-parse', 'HEAD');
    },
  };
}
