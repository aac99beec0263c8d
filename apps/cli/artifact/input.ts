import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CliError } from '../cli-error.ts';

/** What --path names; `-` is what comes on standard input, as a file. Throws CliError where there is nothing. */
export async function withInput<T>(path: string | undefined, use: (path: string) => Promise<T>): Promise<T> {
  if (!path) throw new CliError('invalid path ""');
  if (path !== '-') {
    if (!existsSync(path))
      throw new CliError(`invalid path '${path}', must point to an existing directory or file`);
    return use(path);
  }
  const folder = await mkdtemp(join(tmpdir(), 'millrace-input-'));
  try {
    const file = join(folder, 'stdin.yaml');
    const bytes = await buffer(process.stdin);
    let end = bytes.length;
    while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end--;
    writeFileSync(file, bytes.subarray(0, end), { mode: 0o600 });
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
